# What Snakemake's own report shows (`snakemake --report`): outputs with caption, category and labels.

SHOWN = (".png", ".svg", ".csv", ".txt")


def shown(step, category):
    """A step's outputs; those that a browser can show are marked for the report."""
    return {name: [_marked(step, file, category) for file in files] for name, files in step.outputs.items()}


def _marked(step, file, category):
    path, of_figure = Path(file), step.stage == "figures"
    if path.suffix not in (SHOWN[:2] if of_figure else SHOWN):
        return file
    paper, _, study = step.settings.get("study", step.name).partition("/")
    return report(
        file,
        caption=f"../report/{step.stage}.rst",
        category=category,
        subcategory=paper,
        labels={"study": study or "all", "output": path.stem if of_figure else path.name},
    )


def caption(step):
    """The caption that was written with a figure; nothing before that."""
    (written,) = (Path(file) for file in step.outputs["figure"] if file.endswith(".caption.md"))

    def text(wildcards):
        # It is Markdown without any marks, which reStructuredText escapes alike.
        return written.read_text(encoding="utf-8") if written.exists() else ""

    return text
