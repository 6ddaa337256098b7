/* Steps through the map's pricks by pointer or arrow keys; without it the table says the same. */
(function () {
  "use strict";
  var figure = document.querySelector("figure.steps");
  var told = document.getElementById("told");
  var stage = figure && figure.querySelector(".stage");
  if (!stage || !told) return;
  var signs = Array.from(stage.querySelectorAll("[data-prick]")).sort(function (a, b) {
    return a.getAttribute("data-prick") - b.getAttribute("data-prick");
  });
  if (!signs.length) return;
  var at = -1;
  function show(index) {
    if (at >= 0) signs[at].classList.remove("here");
    at = Math.max(0, Math.min(signs.length - 1, index));
    signs[at].classList.add("here");
    told.textContent = signs[at].querySelector("title").textContent;
  }
  function open() {
    if (at < 0) return;
    document.getElementById("all-pricks").open = true;
    location.hash = "prick-" + signs[at].getAttribute("data-prick");
  }
  var keys = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 10, PageUp: -10 };
  stage.tabIndex = 0;
  stage.setAttribute("role", "group");
  stage.setAttribute("aria-label", "Pricks in firing order: arrow keys step, Enter opens the table");
  stage.addEventListener("keydown", function (event) {
    if (event.key === "Enter") open();
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(signs.length - 1);
    else if (keys[event.key]) show(at + keys[event.key]);
    else return;
    event.preventDefault();
  });
  stage.addEventListener("pointerover", function (event) {
    var sign = event.target.closest("[data-prick]");
    if (sign) show(signs.indexOf(sign));
  });
  stage.addEventListener("click", function (event) {
    if (event.target.closest("[data-prick]")) open();
  });
  told.textContent = "Point at a prick, or step with the arrow keys.";
})();
