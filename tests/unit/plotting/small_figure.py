"""A figure with every kind of artist that is common."""

from matplotlib.figure import Figure


def small_figure() -> Figure:
    """Every kind of artist, labelled and not."""
    figure = Figure(figsize=(4, 3))
    left, right = figure.subplots(1, 2)
    left.set_title("Left", loc="left")
    left.plot([1, 2, 4], [3.0, 2.0, 1.0], label="line")
    left.plot([1, 2], [9, 9], label="_hidden line")
    left.axhline(7.0)
    left.scatter([1, 2], [5.0, 6.0], label="points")
    left.scatter([1], [8.0], label="_hidden points")
    left.fill_between([1, 2, 4], [2.0, 1.0, 0.5], [4.0, 3.0, 1.5], label="band")
    left.fill_between([1, 2], [7, 7], [8, 8], label="_hidden band")
    right.set_title("Right")
    right.errorbar([1, 2], [5.0, 6.0], yerr=[[0.5, 1.0], [0.25, 2.0]], label="bars")
    return figure
