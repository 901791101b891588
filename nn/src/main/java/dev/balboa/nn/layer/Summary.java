package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.Predicate;

/** The table that {@link Layer#summary} prints. */
final class Summary {
  private static final String GAP = "   ";

  private final List<String[]> rows = new ArrayList<>();

  private Summary() {}

  static String of(Layer model) {
    Summary summary = new Summary();
    summary.rows.add(new String[] {"Layer (type)", "Output shape", "Params"});
    summary.add(model);
    return summary.text(model);
  }

  private void add(Layer layer) {
    boolean leaf = layer.children().isEmpty();
    if (leaf || !layer.ownParameters().isEmpty()) {
      String path = layer.path();
      rows.add(
          new String[] {
            path.isEmpty() ? layer.kind() : path + " (" + layer.kind() + ")",
            shape(layer.outputSpec().shape()),
            count(layer.ownParameters().values(), p -> true)
          });
    }
    layer.children().values().forEach(this::add);
  }

  private static String shape(Shape shape) {
    StringJoiner text = new StringJoiner(", ", "[", "]");
    for (int i = 0; i < shape.rank(); i++) {
      text.add(i == 0 ? "N" : Long.toString(shape.dim(i)));
    }
    return text.toString();
  }

  private static long elements(Collection<Parameter> parameters, Predicate<Parameter> filter) {
    return parameters.stream().filter(filter).mapToLong(p -> p.data().shape().size()).sum();
  }

  private static String count(Collection<Parameter> parameters, Predicate<Parameter> filter) {
    return String.format(Locale.ROOT, "%,d", elements(parameters, filter));
  }

  private String text(Layer model) {
    int first = width(0);
    int second = width(1);
    int third = width(2);
    String format = "%-" + first + "s" + GAP + "%-" + second + "s" + GAP + "%" + third + "s%n";
    String line = "-".repeat(first + second + third + 2 * GAP.length()) + System.lineSeparator();
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      out.append(String.format(Locale.ROOT, format, (Object[]) rows.get(i)));
      if (i == 0) {
        out.append(line);
      }
    }
    var all = model.parameters().values();
    long bytes = all.stream().mapToLong(p -> p.data().spec().byteSize()).sum();
    return out.append(line)
        .append(
            String.format(
                Locale.ROOT, "Total params: %s (%s)%n", count(all, p -> true), size(bytes)))
        .append(
            String.format(
                Locale.ROOT, "Trainable params: %s%n", count(all, Parameter::isTrainable)))
        .append(
            String.format(
                Locale.ROOT, "Non-trainable params: %s%n", count(all, p -> !p.isTrainable())))
        .toString();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row[column].length()).max().orElseThrow();
  }

  private static String size(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double value = bytes;
    int unit = -1;
    while (value >= 1024 && unit < 3) {
      value /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.2f %ciB", value, "KMGT".charAt(unit));
  }
}
