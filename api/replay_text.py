"""A replay's report as tables for people, in Portuguese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.replay.report import Report

_DONE: Final = {"relocated": "realocado", "unmapped": "sem mapa; ficou", "no_way": "sem caminho; ficou"}
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def as_text(report: Report) -> str:
    """The whole report."""
    where = f"{report.database}, banco temporário" if report.temporary else report.database
    title = f"{report.log} em “{report.process_label}” ({report.process}, versão {report.version}; {where})"
    return "\n".join([title, "", *_figures(report), "", *_deviations(report), "", *_situations(report)])


def number(value: float, places: int = 0) -> str:
    """A number as Brazilians write it."""
    return f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))


def duration(seconds: float | None) -> str:
    """A duration in the largest unit that fits; a dash for none."""
    if seconds is None:
        return "–"
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{number(seconds / size, 1)} {unit}"
    return f"{number(seconds)} s"


def _figures(report: Report) -> Iterator[str]:
    fits = f"{number(report.fitting_percent, 2)} %"
    precision = "–" if report.precision is None else f"{number(100 * report.precision, 2)} %"
    options = f"{number(report.moves_used)} de {number(report.moves_offered)} opções usadas"
    rows = [
        ("Casos", number(report.cases), f"{number(report.opened)} abertos nesta execução"),
        ("Casos que cabem no diagrama", fits, f"{number(report.fitting_cases)} de {number(report.cases)}"),
        ("Precisão", precision, options if report.moves_offered else "nada foi decidido nesta execução"),
        ("Eventos", number(report.events), ""),
        ("  só abriram o atendimento", number(report.only_opened), ""),
        ("  movimentos", number(report.moves), ""),
        ("  realocações", number(report.relocations), ""),
        ("  ações repetidas", number(report.repeated_deeds), "a mesma em menos de um minuto; nada a mover"),
        ("  já feitas", number(report.already_there), "uma transição automática chegou antes"),
        ("  atividades sem mapa", number(report.unmapped), "o atendimento ficou onde estava"),
        ("  sem caminho", number(report.no_way), "o atendimento ficou onde estava"),
        ("  já contados antes", number(report.repeated), "por uma execução anterior deste log"),
        ("Transições automáticas", number(report.transitions), ""),
        ("Incidentes", number(report.incidents), ""),
        ("Instantes fora de ordem", number(report.late_instants), "anteriores ao evento que os precede no caso"),
        ("Tempo", f"{number(report.seconds, 1)} s", f"{number(report.moves_per_second)} movimentos por segundo"),
    ]
    always = {"Casos", "Eventos", "  movimentos", "  realocações", "Precisão", "Tempo"}
    shown = [row for row in rows if row[1] != "0" or row[0] in always]
    yield from _table((), shown, "<><")
    if report.absent_activities:
        yield f"O log não tem estas atividades do mapa: {', '.join(report.absent_activities)}."


def _deviations(report: Report) -> Iterator[str]:
    if not report.deviations:
        yield "Nenhum caso saiu do diagrama."
        return
    yield "Primeiro desvio de cada caso que não cabe"
    rows = [(number(d.cases), d.label, d.activity, _DONE[d.kind]) for d in report.deviations]
    yield from _table(("casos", "estava em", "atividade do log", "o que se fez"), rows, "><<<")


def _situations(report: Report) -> Iterator[str]:
    yield "Quanto tempo cada situação reteve os atendimentos"
    rows = [
        (s.label, number(s.stays), duration(s.median_s), duration(s.p90_s), number(s.present))
        for s in report.situations
    ]
    yield from _table(("situação", "estadas", "mediana", "p90", "estão lá"), rows, "<>>>>")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], aligned: str) -> Iterator[str]:
    lines = [head, *rows] if head else list(rows)
    widths = [max(len(line[n]) for line in lines) for n in range(len(aligned))]
    for line in lines:
        cells = (f"{cell:{how}{width}}" for cell, how, width in zip(line, aligned, widths, strict=True))
        yield ("  " + "  ".join(cells)).rstrip()
