package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.GroupNorm;
import dev.balboa.nn.op.GroupNormBackward;
import dev.balboa.nn.op.LayerNorm;
import dev.balboa.nn.op.LayerNormBackward;
import dev.balboa.nn.op.LocalResponseNorm;
import dev.balboa.nn.op.LocalResponseNormBackward;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Normalisation by statistics of rows, of groups of channels, of neighbouring channels. */
final class RowNormCases {
  private static final double EPSILON = 1e-5;

  private RowNormCases() {}

  static List<OpCase> all() {
    return List.of(
        layer(true),
        layerBackward(true),
        layer(false),
        layerBackward(false),
        group(),
        groupBackward(),
        response(),
        responseBackward());
  }

  private static double epsilon(Draw d) {
    return d.pick(EPSILON, 1e-3, 0.1);
  }

  /** [N, C, ...] and how many leading axes are not normalised over, or groups. */
  private record Plan(Shape x, int count) {
    static Plan rows(Draw d) {
      Shape x = d.filledShape(1, 5);
      int axes = d.between(1, x.rank());
      boolean flat = x.slice(x.rank() - axes, x.rank()).size() < 3;
      return new Plan(flat ? x.with(-1, d.between(3, 6)) : x, axes);
    }

    static Plan groups(Draw d) {
      Shape x = d.filledShape(2, 5);
      int groups = d.purpose() == Draw.Purpose.BLOCKED ? d.pick(1, 2, 4) : d.between(1, 4);
      long channels = Math.ceilDiv(x.dim(1), (long) groups) * groups;
      long each = channels / groups * x.slice(2, x.rank()).size();
      return new Plan(x.with(1, each < 3 ? 3L * groups : channels), groups);
    }
  }

  /** Elements of a row, or those that share a parameter, whichever are more. */
  private static long terms(Shape x, long row, long parameters) {
    return Math.max(row, parameters == 0 ? 1 : x.size() / parameters);
  }

  /** Gamma and beta in the type of sums: F32 where data are BF16. */
  private static Sample mixed(Draw d, Sample sample) {
    List<Input> in = new ArrayList<>(sample.inputs());
    for (int i = 1; i < in.size(); i++) {
      if (!in.get(i).spec().shape().equals(in.getFirst().spec().shape())) {
        in.set(i, in.get(i).as(d.real().sums()));
      }
    }
    return Sample.of(sample.op(), in);
  }

  // ---- Layer and root-mean-square ----

  private static long layerTerms(Sample s, int axes) {
    Shape x = s.specs().get(0).shape();
    long row = x.slice(x.rank() - axes, x.rank()).size();
    return terms(x, row, row);
  }

  private static OpCase layer(boolean centred) {
    LayerNorm op = new LayerNorm(1, EPSILON, centred);
    OpCase c =
        OpCase.of(op.name(), LayerNorm.class, d -> layer(d, Plan.rows(d), centred))
            .alsoLarge(d -> layer(d, new Plan(Shape.of(64, 33, 48), 1), centred))
            .alsoLarge(d -> layer(d, new Plan(Shape.of(3, 40000), 1), centred))
            .also(d -> layer(d, new Plan(Shape.of(0, 5), 1), centred))
            .also(d -> layer(d, new Plan(Shape.of(3, 0, 7), 1), centred))
            .also(d -> layer(d, new Plan(Shape.of(7), 1), centred))
            .also(d -> mixed(d, layer(d, new Plan(Shape.of(5, 37), 1), centred)))
            .also(d -> mixed(d, layer(d, Plan.rows(d), centred)))
            .sums(s -> layerTerms(s, ((LayerNorm) s.op()).axes()))
            .nativelyIn(DType.F64)
            .refuses(op, List.of(), "inputs", "got 0")
            .refuses(op, List.of(f32(2, 3), f32(2)), "gamma of shape [3]", "F32[2]")
            .refuses(op, List.of(f32(2, 0)), "at least one element", "F32[2, 0]")
            .refuses(new LayerNorm(3, EPSILON, centred), List.of(f32(2, 3)), "1 to 2 axes", "3")
            .refuses(new LayerNorm(1, -1, centred), List.of(f32(2, 3)), "epsilon >= 0", "-1.0")
            .refuses(
                op, List.of(new TensorSpec(Shape.of(2, 3), DType.I32)), "floating", "I32[2, 3]");
    return centred
        ? c.refuses(op, List.of(f32(2, 3), f32(3), f32(2)), "beta of shape [3]", "F32[2]")
        : c.refuses(op, List.of(f32(2, 3), f32(3), f32(3)), "1 to 2 inputs", "got 3");
  }

  private static Sample layer(Draw d, Plan p, boolean centred) {
    Shape row = p.x().slice(p.x().rank() - p.count(), p.x().rank());
    List<Input> in = new ArrayList<>(List.of(d.input(p.x(), Domain.NORMAL)));
    int parameters = d.between(0, centred ? 2 : 1);
    for (int i = 0; i < parameters; i++) {
      in.add(d.input(row, Domain.NORMAL));
    }
    return Sample.of(new LayerNorm(p.count(), epsilon(d), centred), in);
  }

  private static OpCase layerBackward(boolean centred) {
    LayerNormBackward op = new LayerNormBackward(1, EPSILON, centred);
    TensorSpec x = f32(2, 3);
    TensorSpec s = f32(2);
    OpCase c =
        OpCase.of(op.name(), LayerNormBackward.class, d -> layerBackward(d, Plan.rows(d), centred))
            .alsoLarge(d -> layerBackward(d, new Plan(Shape.of(64, 33, 48), 1), centred))
            .alsoLarge(d -> layerBackward(d, new Plan(Shape.of(3, 40000), 1), centred))
            .also(d -> layerBackward(d, new Plan(Shape.of(0, 5), 1), centred))
            .also(d -> mixed(d, layerBackward(d, new Plan(Shape.of(5, 37), 1), centred)))
            .runs(RowNormCases::withRowStatistics)
            .sums(sample -> layerTerms(sample, ((LayerNormBackward) sample.op()).axes()))
            .nativelyIn(DType.F64)
            .refuses(op, List.of(x), "inputs", "got 1");
    return centred
        ? c.refuses(op, List.of(x, s, s, f32(2, 4)), "dy F32[2, 3]", "F32[2, 4]")
            .refuses(op, List.of(x, s, f32(3), x), "statistics F32[2]", "F32[3]")
            .refuses(op, List.of(x, s, s, s, x), "gamma of shape [3]", "F32[2]")
        : c.refuses(op, List.of(x, s, f32(2, 4)), "dy F32[2, 3]", "F32[2, 4]")
            .refuses(op, List.of(x, f32(3), x), "statistics F32[2]", "F32[3]");
  }

  private static Sample layerBackward(Draw d, Plan p, boolean centred) {
    Shape row = p.x().slice(p.x().rank() - p.count(), p.x().rank());
    return backward(d, new LayerNormBackward(p.count(), epsilon(d), centred), p.x(), row);
  }

  /** x, [gamma], dy. */
  private static Sample backward(Draw d, Op op, Shape x, Shape parameters) {
    Input at = d.input(x, Domain.NORMAL);
    Input dy = d.input(x, Domain.NORMAL);
    return d.flip()
        ? Sample.of(op, at, dy)
        : Sample.of(op, at, d.input(parameters, Domain.NORMAL), dy);
  }

  /** From x, [gamma], dy: the statistics are those of x. */
  private static List<Tensor> withStatistics(Op forward, Op backward, List<Tensor> in) {
    List<Tensor> all = new ArrayList<>(in.subList(0, in.size() - 1));
    List<Tensor> out = Tensor.apply(forward, in.get(0).detach());
    all.addAll(out.subList(1, out.size()));
    all.add(in.getLast());
    return Tensor.apply(backward, all.toArray(Tensor[]::new));
  }

  private static List<Tensor> withRowStatistics(Op op, List<Tensor> in) {
    LayerNormBackward o = (LayerNormBackward) op;
    return withStatistics(new LayerNorm(o.axes(), o.epsilon(), o.centred()), o, in);
  }

  // ---- Group ----

  private static long groupTerms(Sample s, int groups) {
    Shape x = s.specs().get(0).shape();
    return terms(x, x.slice(1, x.rank()).size() / groups, x.dim(1));
  }

  private static OpCase group() {
    GroupNorm op = new GroupNorm(2, EPSILON);
    return OpCase.of("group_norm", GroupNorm.class, d -> group(d, Plan.groups(d)))
        .alsoLarge(d -> group(d, new Plan(Shape.of(4, 32, 23, 21), 8)))
        .also(d -> group(d, new Plan(Shape.of(0, 6, 4), 3)))
        .also(d -> group(d, new Plan(Shape.of(2, 6, 5), 6)))
        .also(d -> group(d, new Plan(Shape.of(3, 12), 3)))
        .also(d -> mixed(d, group(d, new Plan(Shape.of(2, 6, 5), 3))))
        .sums(s -> groupTerms(s, ((GroupNorm) s.op()).groups()))
        .nativelyIn(DType.F64)
        .refuses(op, List.of(), "1 to 3 inputs", "got 0")
        .refuses(op, List.of(f32(4)), "rank 2", "F32[4]")
        .refuses(op, List.of(f32(2, 5, 3)), "divide the 5 channels", "got 2")
        .refuses(op, List.of(f32(2, 4, 0)), "at least one element", "F32[2, 4, 0]")
        .refuses(op, List.of(f32(2, 4, 3), f32(3)), "gamma of shape [4]", "F32[3]")
        .refuses(new GroupNorm(0, EPSILON), List.of(f32(2, 4)), "groups", "got 0")
        .refuses(new GroupNorm(1, -1), List.of(f32(2, 4)), "epsilon >= 0", "-1.0");
  }

  private static Sample group(Draw d, Plan p) {
    List<Input> in = new ArrayList<>(List.of(d.input(p.x(), Domain.NORMAL)));
    int parameters = d.between(0, 2);
    for (int i = 0; i < parameters; i++) {
      in.add(d.input(Shape.of(p.x().dim(1)), Domain.NORMAL));
    }
    return Sample.of(new GroupNorm(p.count(), epsilon(d)), in);
  }

  private static OpCase groupBackward() {
    GroupNormBackward op = new GroupNormBackward(2, EPSILON);
    TensorSpec x = f32(3, 4, 5);
    TensorSpec s = f32(3, 2);
    return OpCase.of(
            "group_norm_backward", GroupNormBackward.class, d -> groupBackward(d, Plan.groups(d)))
        .alsoLarge(d -> groupBackward(d, new Plan(Shape.of(4, 32, 23, 21), 8)))
        .also(d -> groupBackward(d, new Plan(Shape.of(0, 6, 4), 3)))
        .also(d -> groupBackward(d, new Plan(Shape.of(3, 12), 3)))
        .also(d -> mixed(d, groupBackward(d, new Plan(Shape.of(2, 6, 5), 3))))
        .runs(RowNormCases::withGroupStatistics)
        .sums(sample -> groupTerms(sample, ((GroupNormBackward) sample.op()).groups()))
        .nativelyIn(DType.F64)
        .refuses(op, List.of(x, s, s), "4 to 5 inputs", "got 3")
        .refuses(op, List.of(x, s, s, f32(3, 4, 6)), "dy F32[3, 4, 5]", "F32[3, 4, 6]")
        .refuses(op, List.of(x, s, f32(3), x), "statistics F32[3, 2]", "F32[3]")
        .refuses(op, List.of(x, f32(3), s, s, x), "gamma of shape [4]", "F32[3]");
  }

  private static Sample groupBackward(Draw d, Plan p) {
    Op op = new GroupNormBackward(p.count(), epsilon(d));
    return backward(d, op, p.x(), Shape.of(p.x().dim(1)));
  }

  private static List<Tensor> withGroupStatistics(Op op, List<Tensor> in) {
    GroupNormBackward o = (GroupNormBackward) op;
    return withStatistics(new GroupNorm(o.groups(), o.epsilon()), o, in);
  }

  // ---- Local response ----

  private static OpCase response() {
    LocalResponseNorm op = new LocalResponseNorm(5, 1e-4, 0.75, 1);
    return OpCase.of(
            "local_response_norm", LocalResponseNorm.class, d -> response(d, d.shape(2, 5)))
        .alsoLarge(d -> response(d, Shape.of(4, 32, 23, 21)))
        .also(d -> response(d, Shape.of(0, 3, 4)))
        .sums(s -> ((LocalResponseNorm) s.op()).size())
        .within(6) // nine roundings and a power, one after the other
        .nativelyIn(DType.F64)
        .refuses(op, List.of(), "1 inputs", "got 0")
        .refuses(op, List.of(f32(4)), "rank 2", "F32[4]")
        .refuses(new LocalResponseNorm(0, 1, 1, 1), List.of(f32(2, 4)), "size >= 1", "got 0");
  }

  private static Sample response(Draw d, Shape x) {
    LocalResponseNorm op =
        new LocalResponseNorm(
            d.between(1, 6), d.pick(1e-4, 0.1, 2.0), d.pick(0.75, 0.5, 1.3), d.pick(1.0, 2.0));
    return Sample.of(op, d.input(x, Domain.NORMAL));
  }

  private static OpCase responseBackward() {
    LocalResponseNormBackward op = new LocalResponseNormBackward(5, 1e-4, 0.75, 1);
    return OpCase.of(
            "local_response_norm_backward",
            LocalResponseNormBackward.class,
            d -> responseBackward(d, d.shape(2, 5)))
        .alsoLarge(d -> responseBackward(d, Shape.of(4, 32, 23, 21)))
        .also(d -> responseBackward(d, Shape.of(0, 3, 4)))
        .sums(s -> ((LocalResponseNormBackward) s.op()).size())
        .within(6)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 4)), "2 inputs", "got 1")
        .refuses(op, List.of(f32(2, 4), f32(2, 5)), "dy F32[2, 4]", "F32[2, 5]");
  }

  private static Sample responseBackward(Draw d, Shape x) {
    LocalResponseNormBackward op =
        new LocalResponseNormBackward(
            d.between(1, 6), d.pick(1e-4, 0.1, 2.0), d.pick(0.75, 0.5, 1.3), d.pick(1.0, 2.0));
    return Sample.of(op, d.input(x, Domain.NORMAL), d.input(x, Domain.NORMAL));
  }
}
