"""A report as text: each module has `render(report) -> str`. No reading of repositories, no judging."""
