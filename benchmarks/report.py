"""The table and the chart of one run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from .contender import METRICS, OURS

Result = dict[str, Any]
Row = dict[str, Any]

# A column of the table: its title, and the contenders that stand in it, one for each metric.
RIVALS = {
    "TensorFlow": ("tensorflow", "tensorflow: SequenceFeatures", "tf.data"),
    "TF by hand": ("tensorflow: by hand",),
    "protobuf": ("protobuf + numpy",),
    "tfrecord": ("tfrecord package",),
    "pyarrow": ("pyarrow, Parquet",),
}
COLORS = ("#1b4965", "#5fa8d3", "#e07a5f", "#81b29a", "#f2cc8f")


def print_table(result: Result, console: Console) -> None:
    """Each rival's time over Colonnade's; only rivals that took part."""
    threads, level = result["threads"], result["cpu_level"]
    rows: list[Row] = result["rows"]
    contenders = {row["contender"] for row in rows}
    rivals = {title: names for title, names in RIVALS.items() if contenders & {*names}}
    title = f"{threads} thread{'s' if threads > 1 else ''}, {level} kernels"
    table = Table(title=f"{title}: their time / Colonnade's", title_justify="left")
    table.add_column("")
    table.add_column("job")
    table.add_column("Colonnade", justify="right")
    table.add_column("of limit", justify="right")
    for title in rivals:
        table.add_column(title, justify="right")
    for workload in dict.fromkeys(row["workload"] for row in rows):
        jobs = [row for row in rows if row["workload"] == workload and row["contender"] == OURS]
        for ours in jobs:
            share = ours["share_of_limit"]
            table.add_row(
                workload,
                METRICS[ours["metric"]],
                f"{ours['seconds'] * 1e6:,.0f} us",
                "" if share is None else f"{share:.0%}",
                *(_ratio(rows, ours, names) for names in rivals.values()),
                end_section=ours is jobs[-1],
            )
    console.print(table)
    print_machine(result, console)


def print_machine(result: Result, console: Console) -> None:
    limits = result["limits"]
    console.print(
        f"{caption(result)}\nload {result['machine']['load']}; memcpy {limits['memcpy'] / 1e9:.1f} GB/s, "
        f"first touch {limits['first_touch'] / 1e9:.1f} GB/s, CRC-32C {limits['crc32c'] / 1e9:.1f} GB/s, "
        f"varint {limits['varint_ns']:.2f} ns an id, hash {limits['hash_ns']:.1f} ns a string",
        highlight=False,
        style="dim",
    )


def caption(result: Result) -> str:
    """The machine's name and what ran on it."""
    machine = result["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    place = f"{machine['cpu']}, {machine['cores']} cores, {machine['date']}"
    return f"{place}; Python {machine['python']}, {versions}"


def draw_chart(result: Result, path: Path) -> None:
    """How many times TensorFlow's time: one bar for each workload and job."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    rows: list[Row] = result["rows"]
    workloads = list(dict.fromkeys(row["workload"] for row in rows))
    figure, axes = pyplot.subplots(figsize=(10, 4.6), layout="constrained")
    width = 0.8 / len(METRICS)
    for index, (metric, title) in enumerate(METRICS.items()):
        ratios = [_found(rows, workload, metric, RIVALS["TensorFlow"]) for workload in workloads]
        places = [place + (index - (len(METRICS) - 1) / 2) * width for place in range(len(workloads))]
        bars = axes.bar(places, ratios, width, label=title, color=COLORS[index])
        axes.bar_label(bars, fmt="%.1f", fontsize=7, padding=1)
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_yscale("log")
    axes.set_yticks([1, 2, 5, 10, 20, 50], ["1x", "2x", "5x", "10x", "20x", "50x"])
    axes.minorticks_off()
    axes.set_xticks(range(len(workloads)), workloads)
    axes.set_ylabel("TensorFlow's time / Colonnade's")
    axes.set_title(f"Batches of 512 records, {result['threads']} thread; higher is better", fontsize=11)
    axes.legend(
        fontsize=8, frameon=False, ncols=len(METRICS), loc="upper center", bbox_to_anchor=(0.5, -0.06)
    )
    axes.spines[["top", "right"]].set_visible(False)
    figure.supxlabel(caption(result), fontsize=7, color="gray")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=140, metadata={"Software": None})
    pyplot.close(figure)


def _ratio(rows: list[Row], ours: Row, names: tuple[str, ...]) -> str:
    found = _found(rows, ours["workload"], ours["metric"], names)
    return f"{found:.1f}" if found else ""


def _found(rows: list[Row], workload: str, metric: str, names: tuple[str, ...]) -> float:
    """The rival's ratio; 0 where nobody stands."""
    for row in rows:
        if (row["workload"], row["metric"]) == (workload, metric) and row["contender"] in names:
            return float(row["ratio"])
    return 0.0
