package dev.balboa.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * One of ONNX's test cases.
 *
 * @param name directories below the data, such as {@code node/test_relu}
 * @param directory that holds it
 * @param model what it computes
 */
record TestCase(String name, Path directory, Onnx.Model model) {

  /** Inputs and what has to come out. */
  record Example(List<Elements> inputs, List<Elements> outputs) {}

  /** Every case of the data, by name. */
  static List<TestCase> all(Path data) throws IOException {
    List<Path> models = new ArrayList<>();
    try (Stream<Path> files = Files.walk(data)) {
      files.filter(f -> f.endsWith("model.onnx")).sorted().forEach(models::add);
    }
    List<TestCase> cases = new ArrayList<>();
    for (Path file : models) {
      Path directory = file.getParent();
      String name = data.relativize(directory).toString().replace('\\', '/');
      cases.add(new TestCase(name, directory, OnnxReader.model(file)));
    }
    return cases;
  }

  /** The operator of a graph of one node; what the others have in common otherwise. */
  String operation() {
    List<Onnx.Node> nodes = model.graph().nodes();
    if (nodes.size() == 1) {
      return nodes.get(0).type();
    }
    return name.endsWith("_expanded") ? "(functions written out)" : "(graphs of several nodes)";
  }

  /**
   * What is expected of window functions was computed with 3.1415 for pi, and of sampled grids
   * written down with four digits.
   */
  double relative() {
    boolean coarse = name.contains("window") || name.contains("gridsample");
    return coarse ? 1e-3 : Comparison.RELATIVE;
  }

  /**
   * The examples.
   *
   * @throws NotCovered if something other than tensors goes in or comes out
   */
  List<Example> examples() throws IOException {
    List<Onnx.Port> ports = new ArrayList<>(model.graph().inputs());
    ports.addAll(model.graph().outputs());
    if (ports.stream().anyMatch(p -> !p.isTensor())) {
      throw new NotCovered("sequences or optional values");
    }
    List<Path> sets = new ArrayList<>();
    try (Stream<Path> entries = Files.list(directory)) {
      entries
          .filter(f -> f.getFileName().toString().startsWith("test_data_set_"))
          .sorted()
          .forEach(sets::add);
    }
    List<Example> examples = new ArrayList<>();
    for (Path set : sets) {
      examples.add(new Example(tensors(set, "input_"), tensors(set, "output_")));
    }
    if (examples.isEmpty()) {
      throw new IOException(directory + ": the case has no examples");
    }
    return examples;
  }

  private static List<Elements> tensors(Path set, String prefix) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> entries = Files.list(set)) {
      entries.filter(f -> f.getFileName().toString().startsWith(prefix)).forEach(files::add);
    }
    files.sort(Comparator.comparingInt(f -> number(f, prefix)));
    List<Elements> tensors = new ArrayList<>();
    for (Path file : files) {
      tensors.add(OnnxReader.tensor(file));
    }
    return tensors;
  }

  private static int number(Path file, String prefix) {
    String name = file.getFileName().toString();
    return Integer.parseInt(name.substring(prefix.length(), name.indexOf('.')));
  }

  @Override
  public String toString() {
    return name;
  }
}
