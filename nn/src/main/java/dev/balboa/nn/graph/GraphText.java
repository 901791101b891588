package dev.balboa.nn.graph;

import java.util.List;
import java.util.stream.Collectors;

/** Prints graphs. */
final class GraphText {
  private GraphText() {}

  static String lines(Graph graph) {
    StringBuilder text = new StringBuilder();
    for (Source source : graph.sources()) {
      text.append(typed(graph, source.value())).append(" = ").append(describe(source)).append('\n');
    }
    for (Node node : graph.nodes()) {
      if (!node.outputs().isEmpty()) {
        text.append(
                node.outputs().stream().map(v -> typed(graph, v)).collect(Collectors.joining(", ")))
            .append(" = ");
      }
      text.append(describe(node)).append(' ').append(names(node.inputs())).append('\n');
    }
    return text.append("return ").append(names(graph.outputs())).append('\n').toString();
  }

  private static String typed(Graph graph, int value) {
    return "%" + value + ": " + graph.spec(value);
  }

  private static String names(List<Integer> values) {
    return values.stream().map(v -> "%" + v).collect(Collectors.joining(", ", "(", ")"));
  }

  private static String describe(Source source) {
    return switch (source) {
      case Source.Argument a -> "argument " + a.index();
      case Source.Held h -> h.name().isEmpty() ? "held" : "held " + h.name();
    };
  }

  private static String describe(Node node) {
    return switch (node) {
      case Node.Apply a -> a.op().toString();
      case Node.Again _ -> "again";
      case Node.Host h -> "java '" + h.name() + "'";
    };
  }

  static String dot(Graph graph) {
    StringBuilder text = new StringBuilder("digraph {\n  node [shape=box, fontname=monospace];\n");
    for (Source source : graph.sources()) {
      label(text, "v" + source.value(), describe(source) + "\\n" + graph.spec(source.value()));
      text.append("  v").append(source.value()).append(" [style=dashed];\n");
    }
    String[] makers = new String[graph.specs().size()];
    graph.sources().forEach(s -> makers[s.value()] = "v" + s.value());
    for (int i = 0; i < graph.nodes().size(); i++) {
      Node node = graph.nodes().get(i);
      String id = "n" + i;
      label(text, id, describe(node));
      for (int v : node.inputs()) {
        edge(text, graph, makers[v], id, v);
      }
      node.outputs().forEach(v -> makers[v] = id);
      for (int v : node.mutated()) {
        text.append("  ").append(id).append(" -> ").append(makers[v]).append(" [style=dotted];\n");
      }
    }
    label(text, "out", "return");
    for (int v : graph.outputs()) {
      edge(text, graph, makers[v], "out", v);
    }
    return text.append("}\n").toString();
  }

  private static void label(StringBuilder text, String id, String label) {
    text.append("  ").append(id).append(" [label=\"");
    text.append(label.replace("\"", "\\\"")).append("\"];\n");
  }

  private static void edge(StringBuilder text, Graph graph, String from, String to, int value) {
    text.append("  ").append(from).append(" -> ").append(to);
    text.append(" [label=\"").append(graph.spec(value)).append("\"];\n");
  }
}
