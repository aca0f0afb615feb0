"""Questions: pure functions of views that answer with a verdict. No input or output, no thresholds of their own."""
