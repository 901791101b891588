package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.exec.RandomStream;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Gated;
import dev.balboa.nn.op.GatedBackward;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Prelu;
import dev.balboa.nn.op.PreluBackward;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.op.UnaryKind;
import dev.balboa.nn.tensor.Activations;
import dev.balboa.nn.tensor.Tensor;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** Activations with weights of their own, and composed ones. */
final class ActivationCases {
  private static final TensorSpec I32 = new TensorSpec(Shape.of(2, 4), DType.I32);

  private ActivationCases() {}

  static List<OpCase> all() {
    return List.of(
        prelu(),
        preluBackward(),
        clipped("relu6", Activations::relu6, 0, 6),
        clipped("hard_tanh", Activations::hardTanh, -1, 1),
        gated(),
        gatedBackward(),
        gated("glu", Activations::glu),
        gated("reglu", Activations::reglu),
        gated("geglu", Activations::geglu),
        gated("swiglu", Activations::swiglu),
        softmin(),
        gumbelSoftmax(true),
        gumbelSoftmax(false));
  }

  private static Sample prelu(Draw d, Op op, Shape shape, boolean single) {
    Domain kinked = Domain.aroundKinks(1.5, 0);
    Shape weight = Shape.of(single || shape.rank() < 2 ? 1 : shape.dim(1));
    Input x = d.input(shape, kinked);
    Input w = d.input(weight, Domain.NORMAL);
    return op instanceof Prelu
        ? Sample.of(op, x, w)
        : Sample.of(op, x, w, d.input(shape, Domain.NORMAL));
  }

  private static OpCase samples(OpCase c, Op op) {
    return c.alsoLarge(d -> prelu(d, op, Shape.of(3, 5, 47, 53), false))
        .alsoLarge(d -> prelu(d, op, Shape.of(133_001), true))
        .also(d -> prelu(d, op, Shape.of(4, 0, 3), false))
        .also(d -> prelu(d, op, Shape.of(0, 4, 3), false))
        .sums(s -> s.specs().get(0).shape().size())
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3)), "inputs", "got 1");
  }

  private static OpCase prelu() {
    Prelu op = new Prelu();
    OpCase c = OpCase.of("prelu", Prelu.class, d -> prelu(d, op, d.shape(0, 5), d.chance(0.3)));
    return samples(c, op)
        .refuses(op, List.of(f32(2, 3), f32(2)), "weight [1] or [3]", "F32[2]")
        .refuses(op, List.of(f32(3), f32(3)), "weight [1]", "F32[3]")
        .refuses(op, List.of(f32(2, 3), f32(1, 3)), "rank 1", "F32[1, 3]")
        .refuses(op, List.of(I32, I32), "floating", "I32[2, 4]")
        .refuses(op, List.of(f32(2), new TensorSpec(Shape.of(1), DType.F64)), "F32", "F64");
  }

  private static OpCase preluBackward() {
    PreluBackward op = new PreluBackward();
    OpCase c =
        OpCase.of(
            "prelu_backward", PreluBackward.class, d -> prelu(d, op, d.shape(0, 5), d.chance(0.3)));
    return samples(c, op)
        .refuses(op, List.of(f32(2, 3), f32(3), f32(2)), "dy F32[2, 3]", "F32[2]")
        .refuses(op, List.of(f32(2, 3), f32(2), f32(2, 3)), "weight [1] or [3]", "F32[2]");
  }

  private static OpCase clipped(String name, UnaryOperator<Tensor> f, double low, double high) {
    return OpCase.ofFunction(
            name,
            Activations.class,
            d ->
                Sample.of(
                    name,
                    in -> f.apply(in.get(0)),
                    d.input(d.shape(0, 4), Domain.aroundKinks(4, low, high))))
        .nativelyIn(DType.F64)
        .refuses(in -> f.apply(in.get(0)), List.of(I32), "floating-point", "I32[2, 4]");
  }

  private static Gated anyGate(Draw d, int axis) {
    UnaryKind gate = d.pick(UnaryKind.SIGMOID, UnaryKind.RELU, UnaryKind.GELU_ERF, UnaryKind.SILU);
    return new Gated(gate, axis);
  }

  private static Sample gated(Draw d, Shape half, int axis, boolean backward) {
    Gated op = anyGate(d, axis);
    Input x = d.input(half.with(axis, 2 * half.dim(axis)), Domain.aroundKinks(1.5, 0));
    return backward
        ? Sample.of(new GatedBackward(op), x, d.input(half, Domain.NORMAL))
        : Sample.of(op, x);
  }

  private static Sample gated(Draw d, boolean backward) {
    Shape half = d.shape(1, 4);
    return gated(d, half, d.between(0, half.rank() - 1), backward);
  }

  private static OpCase gated() {
    Gated op = new Gated(UnaryKind.SIGMOID, 1);
    return OpCase.of("gated", Gated.class, d -> gated(d, false))
        .alsoLarge(d -> gated(d, Shape.of(47, 1031), 1, false))
        .alsoLarge(d -> gated(d, Shape.of(33_001), 0, false))
        .also(d -> gated(d, Shape.of(2, 0, 3), 1, false))
        .nativelyIn(DType.F64)
        .refuses(op, List.of(I32), "floating-point", "I32[2, 4]")
        .refuses(op, List.of(f32(2)), "axis", "got 1")
        .refuses(op, List.of(f32(2, 3)), "even", "F32[2, 3]")
        .refusesToMake(() -> new Gated(UnaryKind.TANH, 0), "SIGMOID", "TANH");
  }

  private static OpCase gatedBackward() {
    GatedBackward op = new GatedBackward(new Gated(UnaryKind.SILU, 0));
    return OpCase.of("gated_backward", GatedBackward.class, d -> gated(d, true))
        .alsoLarge(d -> gated(d, Shape.of(47, 1031), 1, true))
        .alsoLarge(d -> gated(d, Shape.of(33_001), 0, true))
        .also(d -> gated(d, Shape.of(2, 0, 3), 1, true))
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(4)), "2 inputs", "got 1")
        .refuses(op, List.of(f32(4), f32(4)), "dy F32[2]", "F32[4]");
  }

  private static OpCase gated(String name, BiFunction<Tensor, Integer, Tensor> f) {
    return OpCase.ofFunction(
            name,
            Activations.class,
            d -> {
              Shape half = d.shape(1, 4);
              int axis = d.between(0, half.rank() - 1);
              Shape shape = half.with(axis, 2 * half.dim(axis));
              return Sample.of(
                  name + "(axis " + axis + ")",
                  in -> f.apply(in.get(0), axis),
                  d.input(shape, Domain.aroundKinks(1.5, 0)));
            })
        .nativelyIn(DType.F64)
        .refuses(in -> f.apply(in.get(0), 1), List.of(I32), "floating-point", "I32[2, 4]")
        .refuses(in -> f.apply(in.get(0), 2), List.of(f32(2, 4)), "axis of [2, 4]", "got 2")
        .refuses(in -> f.apply(in.get(0), -1), List.of(f32(2, 3)), "even", "F32[2, 3]");
  }

  private static OpCase softmin() {
    return OpCase.ofFunction(
            "softmin",
            Activations.class,
            d -> {
              Shape shape = d.shape(1, 4);
              int axis = d.between(0, shape.rank() - 1);
              return Sample.of(
                  "softmin(axis " + axis + ")",
                  in -> Activations.softmin(in.get(0), axis),
                  d.input(shape, Domain.NORMAL));
            })
        .sums(s -> s.specs().get(0).shape().size())
        .refuses(in -> Activations.softmin(in.get(0), 0), List.of(I32), "floating-point", "I32")
        .refuses(in -> Activations.softmin(in.get(0), 5), List.of(f32(2, 4)), "axis", "got 5");
  }

  private static Tensor gumbel(Tensor x, double temperature, boolean hard, int axis) {
    return Activations.gumbelSoftmax(x, temperature, hard, axis, new RandomStream(11));
  }

  private static OpCase gumbelSoftmax(boolean hard) {
    OpCase c =
        OpCase.ofFunction(
            "gumbel_softmax" + (hard ? " hard" : ""),
            Activations.class,
            d -> {
              Shape shape = d.filledShape(1, 4);
              int axis = d.between(0, shape.rank() - 1);
              Input logits = d.input(shape, Domain.NORMAL);
              return Sample.of(
                  "gumbel_softmax(axis " + axis + ", hard " + hard + ")",
                  in -> gumbel(in.get(0), 1.5, hard, axis),
                  hard ? logits.withoutGradient() : logits);
            });
    return c.sums(s -> s.specs().get(0).shape().size())
        .derivative(hard ? OpCase.Derivative.NONE : OpCase.Derivative.TWICE)
        .refuses(in -> gumbel(in.get(0), 1, hard, 0), List.of(I32), "floating-point", "I32")
        .refuses(in -> gumbel(in.get(0), 1, hard, 2), List.of(f32(2, 4)), "axis", "got 2")
        .refuses(in -> gumbel(in.get(0), 0, hard, 0), List.of(f32(2, 4)), "temperature", "0.0");
  }
}
