package dev.balboa.nn.layer;

import dev.balboa.nn.op.Shape;
import dev.balboa.nn.tensor.Parameter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** The table that {@link Layer#summary} prints. */
final class Summary {
  private static final String GAP = "   ";

  private final Layer model;
  private final List<String[]> rows = new ArrayList<>();

  Summary(Layer model) {
    this.model = model;
    rows.add(new String[] {"Layer (type)", "Output shape", "Params", "Mult-adds"});
    if (model.children().isEmpty()) {
      rows.add(row("", "", model));
    } else {
      add("", model);
    }
  }

  private void add(String indent, Layer parent) {
    parent
        .children()
        .forEach((name, layer) -> {
          rows.add(row(indent, name, layer));
          add(indent + "  ", layer);
        });
  }

  private String[] row(String indent, String name, Layer layer) {
    String type = layer.kind() + frozen(layer.parameters().values());
    long multiplyAdds = layer.ownMultiplyAdds();
    boolean isOnlyChildren = !layer.children().isEmpty();
    boolean hasOwn = !layer.ownParameters().isEmpty();
    return new String[] {
      indent + (name.isEmpty() ? type : name + " (" + type + ")"),
      shape(layer.outputSpec().shape()),
      isOnlyChildren && !hasOwn ? "" : number(elements(layer.ownParameters().values())),
      isOnlyChildren && multiplyAdds == 0 ? "" : number(multiplyAdds)
    };
  }

  private static String frozen(Collection<Parameter> parameters) {
    long trainable = parameters.stream().filter(Parameter::isTrainable).count();
    long frozen = parameters.stream().filter(p -> p.isTrainable() && p.isFrozen()).count();
    return frozen == 0 ? "" : frozen == trainable ? ", frozen" : ", partly frozen";
  }

  private static long elements(Collection<Parameter> parameters) {
    return Parameters.elements(parameters, _ -> true);
  }

  private static String shape(Shape shape) {
    StringJoiner text = new StringJoiner(", ", "[", "]");
    for (int i = 0; i < shape.rank(); i++) {
      text.add(i == 0 ? "N" : Long.toString(shape.dim(i)));
    }
    return text.toString();
  }

  private static String number(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  String text() {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    String format =
        String.format(
            Locale.ROOT,
            "%%-%ds%s%%-%ds%s%%%ds%s%%%ds%%n",
            widths[0],
            GAP,
            widths[1],
            GAP,
            widths[2],
            GAP,
            widths[3]);
    int total = widths[0] + widths[1] + widths[2] + widths[3] + 3 * GAP.length();
    String line = "-".repeat(total) + System.lineSeparator();
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      out.append(String.format(Locale.ROOT, format, (Object[]) rows.get(i)));
      if (i == 0) {
        out.append(line);
      }
    }
    return out.append(line).append(totals()).toString();
  }

  private String totals() {
    Collection<Parameter> all = model.parameters().values();
    long bytes = all.stream().mapToLong(p -> p.data().spec().byteSize()).sum();
    long trained = Parameters.elements(all, p -> p.isTrainable() && !p.isFrozen());
    return String.format(
        Locale.ROOT,
        "Total params: %,d (%s)%nTrainable params: %,d%nNon-trainable params: %,d%nMult-adds: %s%n",
        elements(all),
        size(bytes),
        trained,
        elements(all) - trained,
        scaled(model.multiplyAdds()));
  }

  /** Such as 4.09 G. */
  private static String scaled(long n) {
    double value = n;
    int unit = -1;
    while (value >= 1000 && unit < 3) {
      value /= 1000;
      unit++;
    }
    return unit < 0
        ? Long.toString(n)
        : String.format(Locale.ROOT, "%.2f %c", value, "kMGT".charAt(unit));
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
