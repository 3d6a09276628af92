"""One deed on many tickets: chosen, tried, shown, and then done to each by the ordinary command."""
