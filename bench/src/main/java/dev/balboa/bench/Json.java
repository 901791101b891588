package dev.balboa.bench;

import dev.balboa.bench.probe.Line;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The results as JSON, everything that was measured included. */
final class Json {
  private Json() {}

  static String of(Machine machine, Options options, Results results) {
    StringBuilder out = new StringBuilder("{\n");
    field(out, "cpu", text(machine.cpu()));
    field(out, "processors", Integer.toString(machine.processors()));
    field(out, "threads", Integer.toString(options.threads()));
    field(out, "system", text(machine.system()));
    field(out, "java", text(machine.java()));
    field(out, "commit", text(machine.commit()));
    field(out, "date", text(machine.date().toString()));
    field(out, "loadAtStart", number(machine.load()));
    field(out, "effort", text(options.effort().toString()));
    out.append("  \"contenders\": {");
    String separator = "";
    for (Map.Entry<String, String> contender : results.descriptions().entrySet()) {
      out.append(separator).append("\n    ").append(text(contender.getKey())).append(": ");
      out.append(text(contender.getValue()));
      separator = ",";
    }
    out.append("\n  },\n  \"samples\": [");
    separator = "";
    for (Sample sample : results.samples()) {
      out.append(separator).append("\n    ").append(sample(sample));
      separator = ",";
    }
    out.append("\n  ],\n  \"probes\": {");
    separator = "";
    for (Map.Entry<String, List<Line>> probe : results.probes().entrySet()) {
      String values =
          probe.getValue().stream()
              .map(line -> number(line.value()))
              .collect(Collectors.joining(", ", "[", "]"));
      String unit = text(probe.getValue().getFirst().unit());
      out.append(separator).append("\n    ").append(text(probe.getKey()));
      out.append(": {\"unit\": ").append(unit).append(", \"rounds\": ").append(values).append('}');
      separator = ",";
    }
    return out.append("\n  }\n}\n").toString();
  }

  private static String sample(Sample sample) {
    StringBuilder micros = new StringBuilder();
    for (double value : sample.micros()) {
      micros.append(micros.isEmpty() ? "" : ", ").append(number(value));
    }
    return String.format(
        Locale.ROOT,
        "{\"contender\": %s, \"task\": %s, \"round\": %d, \"micros\": [%s], \"checksum\": %s, \"heapBytes\": %s, \"note\": %s}",
        text(sample.contender()),
        text(sample.task().name()),
        sample.round(),
        micros,
        number(sample.checksum()),
        number(sample.heapBytes()),
        text(sample.note()));
  }

  private static void field(StringBuilder out, String name, String value) {
    out.append("  ").append(text(name)).append(": ").append(value).append(",\n");
  }

  private static String number(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "null";
  }

  private static String text(String value) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
