package dev.balboa.nn.graph.pass;

import dev.balboa.nn.graph.Graph;
import dev.balboa.nn.graph.Node;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.Binary;
import dev.balboa.nn.op.BinaryKind;
import dev.balboa.nn.op.Conv;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Emit;
import dev.balboa.nn.op.Fill;
import dev.balboa.nn.op.Linear;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Quantize;
import dev.balboa.nn.op.QuantizedConv;
import dev.balboa.nn.op.QuantizedLinear;
import dev.balboa.nn.op.Reduce;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.Unary;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.op.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Computes convolutions and linear maps on bytes (Jacob et al., 2018): U8 codes of the input with a
 * scale and a zero point from its range, I8 codes of the weights with a scale for each output
 * channel, s = max |w| / 127, and exact sums. Where a result goes into such products only, they
 * hand each other codes. Weights are quantized when a parameter has changed, as everything that
 * depends on parameters alone.
 */
public final class QuantizeProducts implements Pass {
  /**
   * Which numbers an input has.
   *
   * @param low at most 0
   * @param high at least 0; numbers beyond the bounds saturate
   */
  public record Range(double low, double high) {
    private static final int STEPS = 255;

    /** Extends the bounds to 0, which has to have a code of its own. */
    public Range {
      if (!Double.isFinite(low) || !Double.isFinite(high)) {
        throw new IllegalArgumentException(
            "quantize: expected a finite range, got [" + low + ", " + high + "]");
      }
      low = Math.min(0, low);
      high = Math.max(0, high);
    }

    /** The number between neighbouring codes. */
    double scale() {
      return high == low ? 1 : Math.max((high - low) / STEPS, Float.MIN_NORMAL);
    }

    /** The code of 0. */
    double zero() {
      return Math.clamp(Math.rint(-low / scale()), 0, STEPS);
    }
  }

  private final List<String> names;
  private final List<Range> ranges;

  /**
   * @param names of the products, as {@link ObserveProducts} tells them
   * @param ranges of their inputs; {@code null} for one that stays in F32
   */
  public QuantizeProducts(List<String> names, List<Range> ranges) {
    this.names = List.copyOf(names);
    this.ranges = new ArrayList<>(ranges);
    if (names.size() != ranges.size()) {
      throw new IllegalArgumentException(
          "quantize: expected a range for each of " + names + ", got " + ranges.size());
    }
  }

  @Override
  public String name() {
    return "quantize-products";
  }

  @Override
  public Graph apply(Graph graph) {
    QuantizableNodes products = new QuantizableNodes(graph);
    if (!products.names().equals(names)) {
      throw new IllegalArgumentException(
          "quantize: calibrated for products " + names + ", captured " + products.names());
    }
    return new DeadCode().apply(new Rewriting(graph, products).run());
  }

  /** One run over a graph. */
  private final class Rewriting {
    private final Graph graph;
    private final List<Node.Apply> products;
    private final Rewrite rewrite;
    private final Emit emit;
    private final Map<Integer, Value> codes = new HashMap<>();
    private final Map<Integer, Value[]> parameters = new HashMap<>();

    Rewriting(Graph graph, QuantizableNodes products) {
      this.graph = graph;
      this.products = products.nodes();
      this.rewrite = new Rewrite(graph);
      this.emit = new Emit(rewrite);
    }

    Graph run() {
      for (Node node : graph.nodes()) {
        Range range = range(node);
        if (range != null) {
          product((Node.Apply) node, range);
        } else {
          rewrite.add(rewrite.current(node));
        }
      }
      return rewrite.build();
    }

    /** The range of a product's input, {@code null} if it stays in F32, as one of nothing does. */
    private Range range(Node node) {
      int product = products.indexOf(node);
      boolean empty = product >= 0 && graph.spec(node.inputs().get(0)).shape().size() == 0;
      return product < 0 || empty ? null : ranges.get(product);
    }

    private void product(Node.Apply node, Range range) {
      List<Integer> in = node.inputs();
      Value[] scale = parameters(in.get(0), range);
      Value x =
          codes.computeIfAbsent(
              in.get(0), v -> emit.apply(new Quantize(-1), rewrite.ref(v), scale[0], scale[1]));
      boolean bias = hasBias(node);
      List<Value> all = new ArrayList<>(List.of(x, scale[0], scale[1]));
      all.addAll(weights(rewrite.ref(in.get(1))));
      if (bias) {
        all.add(rewrite.ref(in.get(2)));
      }
      boolean residual = hasResidual(node);
      boolean relu = activation(node).isRelu() && !residual;
      int out = node.outputs().get(0);
      boolean apart = !activation(node).isIdentity() && !relu;
      Range next = residual || apart ? null : soleRange(out);
      if (next != null) {
        Value[] result = parameters(out, next);
        all.addAll(List.of(result[0], result[1]));
        codes.put(out, emit.apply(quantized(node, bias, relu), all.toArray(Value[]::new)));
        return;
      }
      Value y = emit.apply(quantized(node, bias, relu), all.toArray(Value[]::new));
      if (residual) {
        y = emit.apply(new Binary(BinaryKind.ADD), y, rewrite.ref(in.getLast()));
      }
      if (apart) {
        y = emit.apply(activation(node).function(), y);
      }
      rewrite.replace(out, ((Rewrite.Ref) y).number());
    }

    /** Scale and zero point of a value. */
    private Value[] parameters(int value, Range range) {
      return parameters.computeIfAbsent(
          value,
          _ ->
              new Value[] {
                emit.apply(new Fill(Shape.scalar(), DType.F32, range.scale())),
                emit.apply(new Fill(Shape.scalar(), DType.U8, range.zero()))
              });
    }

    /** I8 codes and their scales, one for each output channel. */
    private List<Value> weights(Value w) {
      int rank = w.spec().shape().rank();
      long channels = w.spec().shape().dim(0);
      List<Integer> axes = IntStream.range(1, rank).boxed().toList();
      Value largest =
          emit.apply(
              new Reduce(ReduceKind.MAX, axes, false), emit.apply(Unary.of(UnaryKind.ABS), w));
      Value tiny = emit.apply(new Fill(Shape.scalar(), DType.F32, Float.MIN_NORMAL));
      Value scale =
          emit.apply(
              new Binary(BinaryKind.MAX),
              emit.apply(new Unary(UnaryKind.LINEAR, 1.0 / 127, 0), largest),
              tiny);
      Value zero = emit.apply(new Fill(Shape.of(channels), DType.I8, 0));
      return List.of(emit.apply(new Quantize(0), w, scale, zero), scale);
    }

    /** The range of a value that nothing but quantized products reads. */
    private Range soleRange(int value) {
      if (graph.outputs().contains(value)) {
        return null;
      }
      Range range = null;
      for (Node reader : graph.nodes()) {
        if (reader.inputs().contains(value)) {
          range = range(reader);
          if (range == null || reader.inputs().lastIndexOf(value) != 0) {
            return null;
          }
        }
      }
      return range;
    }
  }

  private static Activation activation(Node.Apply node) {
    return node.op() instanceof Conv c ? c.activation() : ((Linear) node.op()).activation();
  }

  private static boolean hasResidual(Node.Apply node) {
    return node.op() instanceof Conv c ? c.residual() : ((Linear) node.op()).residual();
  }

  private static boolean hasBias(Node.Apply node) {
    int inputs = node.inputs().size();
    return node.op() instanceof Conv c ? c.hasBias(inputs) : ((Linear) node.op()).hasBias(inputs);
  }

  private static Op quantized(Node.Apply node, boolean bias, boolean relu) {
    return node.op() instanceof Conv c
        ? new QuantizedConv(c.window(), c.groups(), bias, relu)
        : new QuantizedLinear(bias, relu);
  }
}
