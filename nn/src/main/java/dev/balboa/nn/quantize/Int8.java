package dev.balboa.nn.quantize;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.graph.CompileOptions;
import dev.balboa.nn.graph.Compiled;
import dev.balboa.nn.graph.pass.ObserveProducts;
import dev.balboa.nn.graph.pass.Pass;
import dev.balboa.nn.graph.pass.QuantizeProducts;
import dev.balboa.nn.graph.pass.QuantizeProducts.Range;
import dev.balboa.nn.layer.Layer;
import dev.balboa.nn.memory.Scope;
import dev.balboa.nn.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Post-training quantization of a model: convolutions and linear maps on bytes, with ranges of
 * their inputs that were found on samples:
 *
 * <pre>{@code
 * Int8 int8 = Int8.calibrate(model, batches, Calibration.entropy());
 * try (Compiled compiled = model.compile(int8.options())) {
 *   Tensor y = compiled.run(x);
 * }
 * }</pre>
 *
 * <p>The parameters of the model stay as they are; what was compiled quantizes them again whenever
 * they change. The ranges stay those of the calibration.
 *
 * <p>Bytes have no code for NaN: one that goes into a product counts as some number of the range,
 * so that what comes out is finite. What is beyond the range, infinities included, saturates.
 *
 * <p>Thread rule: immutable.
 */
public final class Int8 {
  private final CompileOptions base;
  private final List<String> products;
  private final List<Histogram> seen;
  private final List<Range> ranges;

  private Int8(
      CompileOptions base, List<String> products, List<Histogram> seen, List<Range> ranges) {
    this.base = base;
    this.products = products;
    this.seen = seen;
    this.ranges = ranges;
  }

  /**
   * Runs a model as in inference on samples, some hundred of which are customary.
   *
   * @param batches inputs of the model
   * @throws IllegalArgumentException if nothing goes into one of the products
   * @throws UnsupportedOperationException if the backend has no fast arithmetic of bytes on this
   *     processor
   */
  public static Int8 calibrate(Layer model, Iterable<Tensor> batches, Calibration calibration) {
    List<Tensor[]> all = new ArrayList<>();
    batches.forEach(x -> all.add(new Tensor[] {x}));
    return calibrate(
        in -> List.of(model.forward(in.get(0))),
        all,
        calibration,
        CompileOptions.defaults().withNames(model.parameters()));
  }

  /**
   * As {@link #calibrate(Layer, Iterable, Calibration)}, for a function of tensors.
   *
   * @param options that it will be compiled with
   */
  public static Int8 calibrate(
      Function<List<Tensor>, List<Tensor>> function,
      Iterable<Tensor[]> batches,
      Calibration calibration,
      CompileOptions options) {
    Execution.current().eager().backend().requireInt8Arithmetic();
    Recorder recorder = new Recorder();
    try (Compiled compiled =
        Compiled.of(function, with(options, new ObserveProducts(recorder)).withInstances(1))) {
      for (Tensor[] batch : batches) {
        try (var _ = Scope.open()) {
          compiled.run(batch);
        }
      }
    }
    if (recorder.names == null) {
      throw new IllegalArgumentException("calibration: expected at least one batch");
    }
    List<String> unseen = recorder.unseen();
    if (!unseen.isEmpty()) {
      throw new IllegalArgumentException(
          "calibration: the batches brought no numbers to the products " + unseen);
    }
    List<Range> ranges = recorder.seen.stream().map(calibration::range).toList();
    return new Int8(options, recorder.names, List.copyOf(recorder.seen), ranges);
  }

  private static CompileOptions with(CompileOptions options, Pass last) {
    List<Pass> passes = new ArrayList<>(options.passes());
    passes.add(last);
    return options.withPasses(passes);
  }

  /** The same samples with ranges found in another way. */
  public Int8 with(Calibration calibration) {
    return new Int8(base, products, seen, seen.stream().map(calibration::range).toList());
  }

  /**
   * Leaves products in F32, such as the first or the last of a network.
   *
   * @param weights names of their weights, see {@link #products}
   * @throws IllegalArgumentException naming the products there are
   */
  public Int8 without(String... weights) {
    Set<String> out = new HashSet<>(Set.of(weights));
    List<Range> rest = new ArrayList<>();
    for (int i = 0; i < products.size(); i++) {
      rest.add(Set.of(weights).contains(products.get(i)) ? null : ranges.get(i));
      out.remove(products.get(i));
    }
    if (!out.isEmpty()) {
      throw new IllegalArgumentException(
          "quantize: there are no products " + out + " among " + products);
    }
    return new Int8(base, products, seen, rest);
  }

  /** What is quantized: the names of the weights, in the order of the run. */
  public List<String> products() {
    return products;
  }

  /** Options to compile the model with. */
  public CompileOptions options() {
    return with(base, new QuantizeProducts(products, ranges));
  }

  /** A line for each product: its weights, what was seen, and the range. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < products.size(); i++) {
      Histogram h = seen.get(i);
      Range r = ranges.get(i);
      text.append(
          String.format(
              Locale.ROOT,
              "%s: seen [%.4g, %.4g], %s%n",
              products.get(i),
              h.min(),
              h.max(),
              r == null
                  ? "stays in F32"
                  : String.format(Locale.ROOT, "range [%.4g, %.4g]", r.low(), r.high())));
    }
    return text.toString();
  }

  /** Histograms of what goes into each product. */
  private static final class Recorder implements ObserveProducts.Observer {
    private List<String> names;
    private final List<Histogram> seen = new ArrayList<>();

    @Override
    public void products(List<String> captured) {
      if (names != null && !names.equals(captured)) {
        throw new IllegalArgumentException(
            "calibration: batches of other shapes have other products: " + names + ", " + captured);
      }
      if (names == null) {
        names = List.copyOf(captured);
        names.forEach(_ -> seen.add(new Histogram()));
      }
    }

    List<String> unseen() {
      return IntStream.range(0, names.size())
          .filter(i -> seen.get(i).count() == 0)
          .mapToObj(names::get)
          .toList();
    }

    @Override
    public void input(int product, MemorySegment elements) {
      seen.get(product).add(elements);
    }
  }
}
