"""A clinic's own catalogue may tighten anything; what it loosens somebody approves by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mesogun.intake import read_prescription
from mesogun.intake.catalogue import Catalogue, CatalogueError, catalogue
from mesogun.intake.overlay import laid_over

EXAMPLE = Path(__file__).parents[2] / "examples" / "face.toml"
SOURCES = '[sources]\nours = "decision of our clinic"\n'
PAPULE = "[techniques.papule.figures]\n"

Write = Callable[..., Path]


@pytest.fixture
def clinic(tmp_path: Path) -> Write:
    """Writes files of a clinic's catalogue: the keys of each, without its format and sources."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            kind = name.replace("_", "-")
            head = f'format = "mesogun-{kind}/1"\n'
            if name not in ("approvals", "screening"):
                head += SOURCES
            (tmp_path / f"{name}.toml").write_text(head + text, encoding="utf-8")
        return tmp_path

    return write


def figure(value: object, unit: str) -> str:
    return f'{{ value = {value}, unit = "{unit}", source = "ours", strength = "unverified" }}'


def approval(of: str) -> str:
    return f'[[approval]]\nfigure = "{of}"\nby = "Dr. Example"\nreason = "tried"\n'


def refusal(folder: Path) -> list[str]:
    with pytest.raises(CatalogueError) as refused:
        laid(folder)
    lines = str(refused.value).splitlines()
    assert all(line.partition(":")[0].endswith(".toml") for line in lines), lines
    return [line.removeprefix(f"{folder}/") for line in lines]


def laid(folder: Path) -> Catalogue:
    return laid_over(catalogue(), (folder,))


# -- what it may ----------------------------------------------------------------------------------


def test_a_cap_is_tightened_and_all_else_stays(clinic: Write) -> None:
    known = laid(clinic(techniques=f"{PAPULE}dose_max = {figure(0.02, 'mL')}"))
    papule, shipped = known.techniques["papule"], catalogue().techniques["papule"]
    assert papule.figures is not None
    assert shipped.figures is not None
    assert papule.figures.dose_max.value == 20_000
    assert papule.figures.dose_max.told() == "unverified: decision of our clinic; clinic catalogue"
    assert papule.figures.spacing_min is not None
    assert papule.figures.spacing_min.by == ""
    assert papule.depth_max is not None
    assert papule.depth_max.value == 2_000
    assert not known.approvals
    assert shipped.figures.dose_max.value == 50_000


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("techniques", f"{PAPULE}dose_usual = {figure(12, 'uL')}"),
        ("techniques", f"{PAPULE}margin = {figure(5, 'mm')}"),
        ("limits", f"[session]\npricks_max = {figure(300, '1')}"),
        ("limits", f"[session]\ndose_min = {figure(2, 'uL')}"),
        ("regimens", f"[regimens.face]\ninterval_min = {figure(7, 'd')}"),
        ("areas", f"[areas.cheek.female]\ndepth_max = {figure(0.6, 'mm')}"),
        ("areas", f"[areas.thigh.female]\ndepth_max = {figure(1.6, 'mm')}"),
        ("areas", '[areas.nose]\nopt_in = "our clinic asks twice"'),
        ("screening", '[questions.diabetes]\nkind = "absolute"\nsource = "our clinic"'),
        ("screening", '[questions.diabetes]\nask = "Diabetes?"'),
        ("syringes", f"[syringes.3ml]\nbore = {figure(8.7, 'mm')}"),
        ("care", "[care.no_makeup_before]\nareas = []"),
    ],
)
def test_tighter_and_free_ones_need_no_approval(clinic: Write, file: str, text: str) -> None:
    assert laid(clinic(**{file: text})).approvals == ()


def test_an_approved_loosening_names_who_stands_for_it(clinic: Write) -> None:
    path = "techniques.papule.figures.dose_max"
    folder = clinic(techniques=f"{PAPULE}dose_max = {figure(0.08, 'mL')}", approvals=approval(path))
    (one,) = laid(folder).approvals
    assert one.told() == (
        f"the clinic's catalogue loosens {path} from 50 uL to 80 uL, approved by Dr. Example: tried"
    )
    made = read_prescription(EXAMPLE, folders=(folder,))
    assert made.approvals == (one,)
    assert one.told() in made.warnings
    limits = {one.origin for one in made.limits if one.name == "dose_nl_max"}
    assert "technique papule, clinic catalogue, approved by Dr. Example" in limits


def test_without_a_clinic_s_catalogue_nothing_is_said_of_one() -> None:
    made = read_prescription(EXAMPLE)
    assert made.approvals == ()
    assert "clinic" not in " ".join((*made.warnings, *(one.origin for one in made.limits)))


def test_a_question_can_be_left_out_only_with_an_approval(clinic: Write) -> None:
    path = "questions.menstruation.asked"
    folder = clinic(screening="[questions.menstruation]\nasked = false", approvals=approval(path))
    assert "menstruation" not in laid(folder).questions
    assert "menstruation" in catalogue().questions
    assert laid(folder).approvals[0].told().startswith(f"the clinic's catalogue loosens {path}")


def test_new_entries_need_sources_like_all_others(clinic: Write) -> None:
    area = '[areas.lip]\nname = "Lip"\ngroup = "face"\n'
    text = f"{area}[areas.lip.female]\ndepth_max = {figure(0.5, 'mm')}"
    assert laid(clinic(areas=text)).areas["lip"].name == "Lip"
    assert refusal(clinic(areas=text.replace('"ours"', '"theirs"'))) == [
        "areas.toml: areas.lip.female.depth_max: its source 'theirs' is not told under [sources]"
    ]


def test_a_technique_without_figures_is_planned_once_a_clinic_supplies_them(clinic: Write) -> None:
    figures = "\n".join(
        f"{name} = {figure(value, unit)}"
        for name, value, unit in (
            ("dose_usual", 2, "uL"),
            ("dose_max", 5, "uL"),
            ("spacing_min", 2, "mm"),
            ("spacing_max", 4, "mm"),
            ("margin", 2, "mm"),
            ("rate", 100, "uL/s"),
            ("dwell", 50, "ms"),
            ("frequency", 2, "1/s"),
        )
    )
    text = f'[techniques.epidermic]\ntrigger = "held"\n[techniques.epidermic.figures]\n{figures}'
    epidermic = laid(clinic(techniques=text)).techniques["epidermic"]
    assert epidermic.refused is None
    assert epidermic.depth_max is not None
    too_much = text.replace(f"dose_max = {figure(5, 'uL')}", f"dose_max = {figure(90, 'uL')}")
    assert refusal(clinic(techniques=too_much))[0].startswith(
        "techniques.toml: techniques.epidermic.figures.dose_max: 90 uL is looser than 50 uL, the "
        "loosest of its kind"
    )


def test_the_second_folder_is_measured_against_the_first(tmp_path: Path, clinic: Write) -> None:
    first = clinic(techniques=f"{PAPULE}dose_max = {figure(20, 'uL')}")
    second = tmp_path / "second"
    second.mkdir()
    (second / "techniques.toml").write_text(
        f'format = "mesogun-techniques/1"\n{SOURCES}{PAPULE}dose_max = {figure(30, "uL")}'
    )
    assert laid(second).techniques["papule"].figures is not None
    with pytest.raises(CatalogueError, match="30 uL is looser than 20 uL"):
        catalogue((first, second))


# -- what it may not ------------------------------------------------------------------------------

LOOSE = [
    ("techniques", PAPULE, "dose_max", figure(51, "uL"), "51 uL is looser than 50 uL"),
    ("techniques", PAPULE, "spacing_min", figure(4, "mm"), "4 mm is looser than 5 mm"),
    ("techniques", PAPULE, "margin", figure(1, "mm"), "1 mm is looser than 2 mm"),
    ("techniques", "[techniques.papule]\n", "layer", '"subcutis"', "subcutis is looser than skin"),
    ("limits", "[session]\n", "pricks_max", figure(901, "1"), "901 is looser than 900"),
    (
        "limits",
        "[session]\n",
        "pricks_per_needle_prompt",
        figure(300, "1"),
        "300 is looser than 200",
    ),
    ("limits", "[thick_fluid]\n", "rate", figure(21, "uL/s"), "21 uL/s is looser than 20 uL/s"),
    (
        "regimens",
        "[regimens.face]\n",
        "interval_min",
        figure(4, "d"),
        "4 d is looser than 5 d",
    ),
    ("areas", "[groups.face]\n", "depth_max", figure(2.1, "mm"), "2.1 mm is looser than 2.0 mm"),
    ("areas", "[groups.face]\n", "subcutis_depth_max", figure(4, "mm"), "looser than nothing"),
    ("areas", "[areas.cheek]\n", "group", '"body"', "body is looser than face"),
    ("syringes", "[syringes.3ml]\n", "quantum", figure(500, "nL"), "0.5 uL is looser than 1 uL"),
    (
        "components",
        "[components.lidocaine.plain]\n",
        "mass_max",
        figure(0.4, "mg"),
        None,
    ),
    (
        "components",
        "[components.lidocaine]\n",
        "also",
        '["lidocaine"]',
        "a list of 1 is looser than a list of 6",
    ),
    (
        "components",
        "[component_classes.organic_silicon]\n",
        "contraindications",
        "[]",
        "a list of 0 is looser than a list of 5",
    ),
    ("care", "[care.no_heat]\n", "durations", "[]", "a list of 0 is looser than a list of 1"),
    ("care", "[care.no_heat]\n", "areas", '["cheek"]', "a list of 1 is looser than a list of 0"),
    ("products", "[vial]\n", "opened_days_max", figure(2, "d"), "2 d is looser than 1 d"),
    ("screening", "[questions.menstruation]\n", "asked", "false", "false is looser than true"),
]


@pytest.mark.parametrize(("file", "table", "key", "value", "said"), LOOSE)
def test_what_loosens_without_approval_is_refused_with_file_key_and_mend(
    clinic: Write, file: str, table: str, key: str, value: str, said: str | None
) -> None:
    folder = clinic(**{file: f"{table}{key} = {value}\n"})
    if said is None:
        assert laid(folder).approvals == ()
        return
    (line,) = refusal(folder)
    path = f"{table.strip()[1:-1]}.{key}"
    assert line.startswith(f"{file}.toml: {path}: ")
    assert said in line
    assert f'[[approval]] with figure = "{path}", by and reason' in line


def test_an_absolute_contraindication_made_relative_needs_source_and_approval(
    clinic: Write,
) -> None:
    lines = refusal(clinic(screening='[questions.tumour]\nkind = "relative"'))
    assert "screening.toml: questions.tumour.kind: is changed without a source" in lines[0]
    assert "relative is looser than absolute" in lines[1]
    folder = clinic(
        screening='[questions.tumour]\nkind = "relative"\nsource = "our clinic"',
        approvals=approval("questions.tumour.kind"),
    )
    assert laid(folder).questions["tumour"].kind == "relative"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"techniques": "[techniques.papule]\ncolour = 1"}, "papule.colour: is an unknown key"),
        ({"techniques": f"{PAPULE}dose_max = {{ value = 20 }}"}, "a figure has exactly value, un"),
        ({"techniques": f"{PAPULE}dose_max = 20"}, "a figure has exactly value, unit, source, s"),
        ({"techniques": f"{PAPULE}dose_max = {figure(5, 'uL')}"}, "dose_usual (10000 nL) is above"),
        ({"techniques": f"{PAPULE}spacing_min = {figure(21, 'mm')}"}, "is above spacing_"),
        ({"limits": f"[session]\nfrequency_max = {figure(1, '1/s')}"}, "it is above session.freq"),
        (
            {"techniques": f"{PAPULE}margin = {figure(3, 'mm')}\nmargin = {figure(4, 'mm')}"},
            "is not valid TOML",
        ),
        ({"areas": '[areas.cheek-]\nname = "Cheek"\ngroup = "face"'}, "areas.cheek-: is no id"),
        (
            {"heads": '[heads.line_5]\nname = "x"\nkind = "hand"\nrefused = "y"'},
            "differs from line-5 in - and _ alone",
        ),
        (
            {"components": '[components.lido]\nname = "L"\nalso = ["lignocaine"]\nclasses = []'},
            "'lignocaine' is a name of lidocaine as well",
        ),
        (
            {"components": '[components.vitamin]\nname = "V"\nalso = ["vita"]\nclasses = []'},
            "vitamin is a component and a class",
        ),
        (
            {"techniques": '[techniques.new]\nname = "N"\nlayer = "skin"'},
            "techniques.new: it needs depth_max, trigger and figures",
        ),
        ({"care": '[care.new]\nwhen = "after"\ntext = "rest"'}, "its source is not told"),
        (
            {"indications": '[indications.acne]\nregimen = "faces"'},
            "found 'faces', an unknown regimen: did you mean 'face'?",
        ),
        ({"approvals": approval("techniques.papule.depth_max"), "areas": ""}, "nothing here loos"),
        ({"approvals": "", "areas": ""}, "approval: is missing"),
        ({"approvals": '[[approval]]\nfigure = "x"', "areas": ""}, "approval[0].by: is missing"),
        ({"area": ""}, "is no file of a catalogue: did you mean 'areas.toml'?"),
    ],
)
def test_a_clinic_s_file_that_does_not_hold_together_is_refused(
    clinic: Write, files: dict[str, str], said: str
) -> None:
    lines = refusal(clinic(**files))
    assert any(said in line for line in lines), lines


@pytest.mark.parametrize(
    "text",
    [
        "[techniques]\npapule = 3",
        "[techniques]\nnew = 3",
        "[techniques.new]\nfigures = [1]",
        f"{PAPULE}dose_max = {{ value = nan, unit = 'uL', source = 'ours', strength = 'weak' }}",
        f"{PAPULE}dose_max = {{ value = 1e999999, unit = 'uL', source = 'ours', strength = '' }}",
        f"{PAPULE}dose_max = {{ value = 5, unit = ['uL'], source = 'ours', strength = 'weak' }}",
        f"{PAPULE}dose_max = [1]",
        "[techniques.papule]\nlayer = { value = 1 }",
        '[techniques.papule]\nsays = "x"',
        '[techniques.papule]\n"a\\nb" = 1',
        "[papule]\nx = 1",
    ],
)
def test_odd_values_are_refused_in_printable_lines(clinic: Write, text: str) -> None:
    lines = refusal(clinic(techniques=text))
    assert lines
    assert all(line.isprintable() for line in lines)


def test_the_key_of_a_shipped_source_is_not_given_another_text(clinic: Write) -> None:
    folder = clinic()
    (folder / "areas.toml").write_text(
        'format = "mesogun-areas/1"\n[sources]\nkonda = "somebody else"\n'
    )
    assert "sources.konda: is the key of another source already" in refusal(folder)[0]


@pytest.mark.parametrize(("make", "said"), [(True, "holds no file"), (False, "cannot be read")])
def test_a_folder_without_a_catalogue_is_refused(tmp_path: Path, make: bool, said: str) -> None:
    folder = tmp_path / "clinic"
    if make:
        folder.mkdir()
    with pytest.raises(CatalogueError, match=said):
        catalogue((folder,))


def test_all_problems_of_all_files_are_told_at_once(clinic: Write) -> None:
    lines = refusal(
        clinic(
            techniques=f"{PAPULE}dose_max = {figure(60, 'uL')}",
            areas=f"[groups.face]\ndepth_max = {figure(3, 'mm')}",
            limits=f"[session]\nvolume_max = {figure(30, 'mL')}",
        )
    )
    assert [line.partition(":")[0] for line in lines] == [
        "areas.toml",
        "limits.toml",
        "techniques.toml",
    ]
