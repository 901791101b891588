package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Recurrent;
import dev.balboa.nn.op.RecurrentBackward;
import dev.balboa.nn.op.RecurrentCell;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Recurrent layers of every cell, in both directions, with and without lengths. */
final class RecurrentCases {
  private RecurrentCases() {}

  static List<OpCase> all() {
    List<OpCase> cases = new ArrayList<>();
    for (RecurrentCell cell : RecurrentCell.values()) {
      for (boolean lengths : new boolean[] {false, true}) {
        cases.add(forward(cell, lengths));
        cases.add(backward(cell, lengths));
      }
    }
    return cases;
  }

  private static OpCase forward(RecurrentCell cell, boolean lengths) {
    Recurrent op = new Recurrent(cell, false, lengths);
    OpCase c =
        OpCase.of(
                op.name() + (lengths ? " of lengths" : ""),
                Recurrent.class,
                d -> sample(d, op(d, cell, lengths).withWorkspace(d.flip()), sizes(d)))
            .alsoLarge(d -> sample(d, op, 6, 19, 40, 70))
            .alsoLarge(d -> sample(d, op.withWorkspace(false), 6, 19, 40, 70))
            .also(d -> sample(d, op, 0, 2, 3, 4))
            .also(d -> sample(d, op, 3, 0, 3, 4))
            .also(d -> sample(d, op, 3, 2, 0, 4))
            .also(d -> sample(d, op, 2, 2, 3, 0))
            .also(d -> sample(d, op, 1, 1, 5, 33))
            .also(d -> sample(d, op, 40, 1, 3, 17).forwardOnly())
            .nativelyIn(DType.F64)
            .sums(s -> terms(s.specs()))
            .inTurn(RecurrentCases::steps);
    List<TensorSpec> right = specs(op);
    return c.refuses(op, right.subList(1, right.size()), op.arity() + " inputs")
        .refuses(op, with(right, 0, f32(4, 2)), "rank 3", "F32[4, 2]")
        .refuses(op, with(right, 0, new TensorSpec(Shape.of(4, 2, 3), DType.I32)), "floating")
        .refuses(op, with(right, 1, f32(cell.gates() * 5L, 4)), "input weights", "3]", "4]")
        .refuses(op, with(right, 2, f32(cell.gates() * 5L, 6)), "recurrent weights", "6]")
        .refuses(op, with(right, 3, f32(3)), "bias", "F32[3]")
        .refuses(op, with(right, 4, f32(5, 2)), "hidden state", "[2, 5]", "F32[5, 2]")
        .refuses(op, with(right, 4, new TensorSpec(Shape.of(2, 5), DType.F64)), "F64[2, 5]", "F32");
  }

  private static OpCase backward(RecurrentCell cell, boolean lengths) {
    RecurrentBackward op = new RecurrentBackward(new Recurrent(cell, false, lengths), true);
    OpCase c =
        OpCase.of(
                op.name() + (lengths ? " of lengths" : ""),
                RecurrentBackward.class,
                d -> backSample(d, new RecurrentBackward(op(d, cell, lengths), d.flip()), sizes(d)))
            .alsoLarge(d -> backSample(d, op, 6, 19, 40, 70))
            .also(d -> backSample(d, op, 0, 2, 3, 4))
            .also(d -> backSample(d, op, 3, 0, 3, 4))
            .also(d -> backSample(d, op, 3, 2, 0, 4))
            .also(d -> backSample(d, op, 2, 2, 3, 0))
            .also(d -> backSample(d, op, 1, 1, 5, 33).forwardOnly())
            .also(d -> backSample(d, op, 40, 1, 3, 17).forwardOnly())
            .runs(RecurrentCases::withForward)
            .nativelyIn(DType.F64)
            .sums(s -> backTerms(s.specs()))
            .inTurn(RecurrentCases::steps);
    List<TensorSpec> right = new ArrayList<>(specs(op.forward()));
    right.addAll(List.of(f32(4, 2, 5), TensorSpec.WORKSPACE, f32(4, 2, 5), f32(2, 5)));
    if (cell.hasCellState()) {
      right.add(f32(2, 5));
    }
    int y = op.forward().arity();
    return c.refuses(op, right.subList(1, right.size()), right.size() + " inputs")
        .refuses(op, with(right, y, f32(4, 2, 6)), "y", "[4, 2, 6]")
        .refuses(op, with(right, y + 1, f32(3)), "workspace", "F32[3]")
        .refuses(op, with(right, y + 2, f32(3, 2, 5)), "dy", "[3, 2, 5]")
        .refuses(op, with(right, y + 3, f32(2, 6)), "state cotangent", "[2, 6]");
  }

  // ---- Samples ----

  private static Recurrent op(Draw d, RecurrentCell cell, boolean lengths) {
    return new Recurrent(cell, d.flip(), lengths);
  }

  /** T, N, C, H. */
  private static long[] sizes(Draw d) {
    if (d.smooth()) {
      return new long[] {d.between(1, 3), d.between(1, 3), d.between(1, 3), d.between(1, 3)};
    }
    if (d.chance(0.05)) {
      return new long[] {2, 301, 2, 1};
    }
    return new long[] {
      d.between(1, 5), d.between(1, 14), d.between(1, 20), d.pick(1, 2, 3, 5, 8, 16, 17, 31, 33, 50)
    };
  }

  private static Sample sample(Draw d, Recurrent op, long... sizes) {
    return Sample.of(op, inputs(d, op, sizes));
  }

  private static List<Input> inputs(Draw d, Recurrent op, long... sizes) {
    long batch = sizes[1];
    long hidden = sizes[3];
    RecurrentCell cell = op.cell();
    boolean kinks = d.smooth() && cell == RecurrentCell.VANILLA_RELU;
    // Positive throughout: no sum comes near the kink.
    Domain numbers = kinks ? Domain.between(0.2, 1) : Domain.between(-1, 1);
    Domain inputWeights = kinks ? numbers : weights(d, sizes[2]);
    Domain weights = kinks ? numbers : weights(d, hidden);
    List<Input> in = new ArrayList<>();
    in.add(d.input(Shape.of(sizes[0], batch, sizes[2]), numbers));
    in.add(d.input(Shape.of(cell.gates() * hidden, sizes[2]), inputWeights));
    in.add(d.input(Shape.of(cell.gates() * hidden, hidden), weights));
    in.add(d.input(Shape.of(cell.biases() * hidden), numbers));
    for (int i = 0; i < op.states(); i++) {
      in.add(d.input(Shape.of(batch, hidden), numbers));
    }
    if (cell.hasPeephole()) {
      in.add(d.input(Shape.of(3 * hidden), numbers));
    }
    if (op.lengths()) {
      in.add(d.whole(Shape.of(batch), DType.I32, 0, (int) sizes[0]));
    }
    return in;
  }

  /**
   * So small that gates do not saturate, whatever repeats: the derivative of a saturated gate, 1 -
   * tanh^2, is what rounding has left of its output in F32, on every backend that stores one.
   */
  private static Domain weights(Draw d, long terms) {
    double bound = d.smooth() ? 1 : 1.0 / Math.max(1, terms);
    return Domain.between(-bound, bound);
  }

  /** The inputs of the forward operation and the cotangents; the rest is computed. */
  private static Sample backSample(Draw d, RecurrentBackward op, long... sizes) {
    List<Input> in = new ArrayList<>(inputs(d, op.forward(), sizes));
    in.add(d.input(Shape.of(sizes[0], sizes[1], sizes[3]), Domain.NORMAL));
    for (int i = 0; i < op.forward().states(); i++) {
      in.add(d.input(Shape.of(sizes[1], sizes[3]), Domain.NORMAL));
    }
    // The second derivative is made of other operations; finite differences look at it.
    return d.smooth() ? Sample.of(op, in) : Sample.of(op, in).forwardOnly();
  }

  private static List<Tensor> withForward(Op op, List<Tensor> in) {
    Recurrent forward = ((RecurrentBackward) op).forward();
    Tensor[] detached =
        in.subList(0, forward.arity()).stream().map(Tensor::detach).toArray(Tensor[]::new);
    List<Tensor> out = Tensor.apply(forward, detached);
    List<Tensor> all = new ArrayList<>(in);
    all.addAll(forward.arity(), List.of(out.get(0), out.get(1 + forward.states())));
    return Tensor.apply(op, all.toArray(Tensor[]::new));
  }

  /** The state is rounded at every step, and its derivative on the way back. */
  private static long steps(Sample s) {
    return s.specs().get(0).shape().dim(0);
  }

  private static long terms(List<TensorSpec> specs) {
    return specs.get(0).shape().dim(2) + specs.get(2).shape().dim(1);
  }

  private static long backTerms(List<TensorSpec> specs) {
    Shape x = specs.get(0).shape();
    return Math.max(x.dim(0) * x.dim(1), specs.get(2).shape().dim(0)) + terms(specs);
  }

  // ---- Refusals ----

  /** T = 4, N = 2, C = 3, H = 5. */
  private static List<TensorSpec> specs(Recurrent op) {
    long gates = op.cell().gates() * 5L;
    List<TensorSpec> specs = new ArrayList<>();
    specs.addAll(List.of(f32(4, 2, 3), f32(gates, 3), f32(gates, 5), f32(op.cell().biases() * 5L)));
    for (int i = 0; i < op.states(); i++) {
      specs.add(f32(2, 5));
    }
    if (op.cell().hasPeephole()) {
      specs.add(f32(15));
    }
    if (op.lengths()) {
      specs.add(new TensorSpec(Shape.of(2), DType.I32));
    }
    return specs;
  }

  private static List<TensorSpec> with(List<TensorSpec> specs, int i, TensorSpec spec) {
    List<TensorSpec> changed = new ArrayList<>(specs);
    changed.set(i, spec);
    return changed;
  }
}
