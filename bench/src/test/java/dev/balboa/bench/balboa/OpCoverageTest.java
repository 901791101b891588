package dev.balboa.bench.balboa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.balboa.bench.OpTable;
import dev.balboa.bench.OpTask;
import dev.balboa.bench.Workload;
import dev.balboa.nn.backend.Backend;
import dev.balboa.nn.backend.Prepared;
import dev.balboa.nn.exec.EagerExecutor;
import dev.balboa.nn.exec.Executors;
import dev.balboa.nn.memory.Layout;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.ViewOp;
import dev.balboa.nn.tensor.Activations;
import dev.balboa.nn.tensor.Arithmetic;
import dev.balboa.nn.tensor.Embeddings;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Indexing;
import dev.balboa.nn.tensor.Linalg;
import dev.balboa.nn.tensor.Losses;
import dev.balboa.nn.tensor.Pooling;
import dev.balboa.nn.tensor.Products;
import dev.balboa.nn.tensor.Quantization;
import dev.balboa.nn.tensor.Resampling;
import dev.balboa.nn.tensor.Sampling;
import dev.balboa.nn.tensor.Shapes;
import dev.balboa.nn.tensor.SignalWindows;
import dev.balboa.nn.tensor.Statistics;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever has no row in the table of operations is named here, with the reason. */
class OpCoverageTest {
  private static final Map<String, List<String>> OPERATIONS_WITHOUT_ROW =
      Map.of(
          "writes in place: measured inside of training steps by scripts/bench",
          List.of("AdamStep", "Assign", "AssignRows", "RmsPropStep", "SgdStep"),
          "only in second derivatives",
          List.of("MaxPoolGather"),
          "made by a pass of captured graphs: measured by scripts/bench chain",
          List.of("ElementwiseChain"),
          "made by a pass of captured graphs from steps of an optimizer",
          List.of("MultiStep"),
          "made by a pass of captured graphs: measured by scripts/bench with whole models",
          List.of("WinogradConv", "WinogradFilters"));

  private static final Map<String, List<String>> FUNCTIONS_WITHOUT_ROW =
      Map.ofEntries(
          Map.entry(
              "copies an array of Java's",
              List.of("bf16", "bytes", "copy_of", "i8", "key", "labels", "linspace", "u8")),
          Map.entry(
              "draws as uniform and permutation do, and composes",
              List.of("categorical", "gumbel_softmax", "shuffle")),
          Map.entry("makes views", List.of("chunk", "meshgrid", "split")),
          Map.entry("of the singular values", List.of("cond", "matrix_norm", "matrix_rank", "svd")),
          Map.entry("the row of the eigenvalues", List.of("eigh")),
          Map.entry("permutes as pixel_shuffle", List.of("depth_to_space", "space_to_depth")),
          Map.entry("a comparison", List.of("is_finite", "is_inf", "is_nan")),
          Map.entry("minimum and maximum", List.of("clamp")),
          Map.entry("a batched product", List.of("affine_grid")),
          Map.entry(
              "as index_select, index_add and scatter of rows",
              List.of("gather_nd", "scatter_nd", "scatter_nd_add")),
          Map.entry("as gather", List.of("reverse_sequence")),
          Map.entry("as hann", List.of("blackman", "general_cosine", "hamming")),
          Map.entry("as full", List.of("fill", "ones", "zeros")),
          Map.entry("as glu", List.of("geglu", "reglu", "swiglu")),
          Map.entry("as clip", List.of("hard_tanh", "relu6")),
          Map.entry("as linear", List.of("linear_residual")),
          Map.entry("the rows rnn_tanh, gru and lstm", List.of("recurrent")),
          Map.entry("as softmax", List.of("softmin")),
          Map.entry("as cross_entropy", List.of("token_cross_entropy")),
          Map.entry("as tril", List.of("triu")),
          Map.entry("calls back into Java", List.of("host")),
          Map.entry("as dynamic_quantize and quantize", List.of("symmetric")));

  private static Set<String> names(Map<String, List<String>> byReason) {
    return byReason.values().stream()
        .flatMap(List::stream)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The reference backend, which also writes down what it is asked for. */
  private static final class Recording implements Backend {
    private final Backend reference = Executors.reference().backend();
    private final Set<String> records = new TreeSet<>();
    private final Set<String> names = new TreeSet<>();

    @Override
    public String name() {
      return reference.name();
    }

    @Override
    public Prepared prepare(
        Op op, List<TensorSpec> inputs, List<Layout> layouts, List<TensorSpec> outputs) {
      records.add(op.getClass().getSimpleName());
      names.add(op.name());
      return reference.prepare(op, inputs, layouts, outputs);
    }
  }

  private static Recording smallTasks() {
    Recording recording = new Recording();
    EagerExecutor executor = new EagerExecutor(recording);
    Map<String, Function<List<Tensor>, Tensor>> all = BalboaOps.all();
    for (OpTask task : OpTable.all().stream().filter(t -> !t.large()).toList()) {
      Workload workload = OpWorkload.of(task, all.get(task.name()), executor, false);
      workload.run();
      assertThat(workload.checksum()).as(task.key()).isFinite();
      workload.close();
    }
    return recording;
  }

  @Test
  void everyOperationHasARow() {
    Recording seen = smallTasks();
    Set<String> missing = records(Op.class).collect(Collectors.toCollection(TreeSet::new));
    missing.removeAll(seen.records);
    assertThat(missing).isEqualTo(names(OPERATIONS_WITHOUT_ROW));
    for (Class<? extends Enum<?>> kinds :
        List.of(UnaryKind.class, BinaryKind.class, ReduceKind.class)) {
      Set<String> names =
          Arrays.stream(kinds.getEnumConstants())
              .map(kind -> kind.name().toLowerCase(Locale.ROOT))
              .collect(Collectors.toCollection(TreeSet::new));
      assertThat(seen.names).containsAll(names);
    }
  }

  /** The records below a sealed interface; views only move strides and are the executor's. */
  private static Stream<String> records(Class<?> type) {
    if (type == ViewOp.class) {
      return Stream.empty();
    }
    return type.isRecord()
        ? Stream.of(type.getSimpleName())
        : Arrays.stream(Objects.requireNonNull(type.getPermittedSubclasses(), type::getName))
            .flatMap(OpCoverageTest::records);
  }

  @Test
  void everyFunctionHasARow() {
    Set<String> rows =
        OpTable.all().stream()
            .map(task -> task.name().replace(' ', '_'))
            .collect(Collectors.toSet());
    Set<String> missing =
        Stream.of(
                Functions.class,
                Losses.class,
                Products.class,
                Linalg.class,
                Shapes.class,
                Statistics.class,
                Activations.class,
                Arithmetic.class,
                Embeddings.class,
                Indexing.class,
                Pooling.class,
                Quantization.class,
                Resampling.class,
                Sampling.class,
                SignalWindows.class,
                Tensors.class)
            .flatMap(facade -> Arrays.stream(facade.getDeclaredMethods()))
            .filter(m -> Modifier.isPublic(m.getModifiers()) && !m.isSynthetic())
            .map(OpCoverageTest::rowName)
            .filter(name -> rows.stream().noneMatch(row -> row.startsWith(name)))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(missing).isEqualTo(names(FUNCTIONS_WITHOUT_ROW));
  }

  /** {@code quantized_conv} for the one of Quantization, {@code layer_norm} for layerNorm. */
  private static String rowName(Method method) {
    String name = method.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    boolean product = Set.of("conv", "matmul", "linear").contains(name);
    return method.getDeclaringClass() == Quantization.class && product ? "quantized_" + name : name;
  }
}
