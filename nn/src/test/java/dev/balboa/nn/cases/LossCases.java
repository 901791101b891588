package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.CrossEntropy;
import dev.balboa.nn.op.CrossEntropyBackward;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.MultiMargin;
import dev.balboa.nn.op.MultiMarginBackward;
import dev.balboa.nn.op.Nll;
import dev.balboa.nn.op.NllBackward;
import dev.balboa.nn.op.OneHot;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.ReduceKind;
import dev.balboa.nn.op.Reduction;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Losses on class labels. */
final class LossCases {
  private LossCases() {}

  static List<OpCase> all() {
    return List.of(
        crossEntropy(),
        crossEntropyBackward(),
        nll(),
        nllBackward(),
        multiMargin(),
        multiMarginBackward(),
        oneHot());
  }

  static TensorSpec i32(long... dims) {
    return new TensorSpec(Shape.of(dims), DType.I32);
  }

  /** Scores, labels and perhaps weights, with the parameters of a loss on them. */
  private static final class Labelled {
    private final Reduction reduction;
    private final long ignored;
    private final Input scores;
    private final Input labels;
    private final List<Input> weights;

    Labelled(Draw d, Shape shape, Reduction reduction, Domain domain) {
      this(d, shape, reduction, domain, d.pick(DType.I32, DType.I64), d.flip());
    }

    Labelled(
        Draw d, Shape shape, Reduction reduction, Domain domain, DType label, boolean weighted) {
      this.reduction = reduction;
      boolean defined = d.smooth() && reduction == Reduction.MEAN;
      this.ignored = defined || d.flip() ? CrossEntropy.IGNORED : 0;
      int classes = Math.toIntExact(shape.dim(1));
      this.scores = d.input(shape, domain);
      this.labels = d.whole(positions(shape), label, 0, classes - 1);
      this.weights =
          weighted ? List.of(d.input(Shape.of(classes), Domain.between(0.1, 2), false)) : List.of();
    }

    Input[] inputs(Input... first) {
      List<Input> all = new ArrayList<>(List.of(first));
      all.addAll(weights);
      return all.toArray(Input[]::new);
    }

    Input dloss(Draw d) {
      Shape shape = reduction == Reduction.NONE ? labels.spec().shape() : Shape.scalar();
      return d.input(shape, Domain.NORMAL);
    }
  }

  private static Shape positions(Shape scores) {
    return scores.slice(0, 1).append(scores.slice(2, scores.rank()).dims());
  }

  private static Shape scores(Draw d) {
    Shape shape =
        d.purpose() == Draw.Purpose.BLOCKED || d.chance(0.4) ? d.shape(3, 4) : d.shape(2, 2);
    return shape.with(1, Math.max(1, shape.dim(1)));
  }

  private static Reduction any(Draw d) {
    return d.pick(Reduction.values());
  }

  private static Domain logits(Draw d) {
    return Domain.aroundKinks(d.pick(1.0, 5.0));
  }

  private static double smoothing(Draw d) {
    return d.pick(0.0, 0.0, 0.1, 1.0);
  }

  private static long elements(Sample s) {
    return s.specs().get(0).shape().size();
  }

  // ---- Cross entropy ----

  private static OpCase crossEntropy() {
    CrossEntropy op = new CrossEntropy(Reduction.MEAN);
    return OpCase.of("cross_entropy", CrossEntropy.class, d -> loss(d, scores(d), any(d)))
        .alsoLarge(d -> plain(d, 2003, 10, Reduction.MEAN))
        .alsoLarge(d -> plain(d, 3, 10_007, Reduction.SUM))
        .alsoLarge(d -> loss(d, Shape.of(2, 21, 65, 33), Reduction.MEAN))
        .also(d -> plain(d, 128, 10, Reduction.NONE))
        .also(d -> plain(d, 0, 10, Reduction.NONE))
        .also(d -> plain(d, 0, 10, Reduction.SUM))
        .also(d -> plain(d, 0, 10, Reduction.MEAN))
        .also(d -> plain(d, 4, 1, Reduction.MEAN))
        .also(d -> loss(d, Shape.of(2, 3, 0), Reduction.MEAN))
        .also(d -> loss(d, Shape.of(2, 3, 4, 5), Reduction.NONE))
        .also(d ->
            Sample.of(
                op,
                d.exactly(Shape.of(2, 3), 1000, -1000, 0, 1e30, 1e30, -1e30),
                Input.constant(DType.I32, Shape.of(2), 1, 1)))
        .also(d ->
            Sample.of(
                op,
                d.exactly(Shape.of(2, 2), 1, 2, 3, 4),
                Input.constant(DType.I32, Shape.of(2), -100, -100)))
        .inSteps(LossCases::lossInSteps)
        .sums(LossCases::elements)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3)), "2 to 3 inputs", "got 1")
        .refuses(op, List.of(f32(3), i32(3)), "rank 2", "F32[3]")
        .refuses(op, List.of(f32(2, 3, 4), i32(2)), "labels", "[2, 4]", "I32[2]")
        .refuses(op, List.of(f32(2, 3), f32(2)), "labels", "I32", "F32[2]")
        .refuses(op, List.of(f32(2, 3), i32(3)), "labels", "[2]", "I32[3]")
        .refuses(op, List.of(f32(2, 3), i32(2, 1)), "labels", "[2]", "I32[2, 1]")
        .refuses(op, List.of(f32(2, 0), i32(2)), "at least one class", "F32[2, 0]")
        .refuses(op, List.of(i32(2, 3), i32(2)), "floating", "I32[2, 3]")
        .refuses(op, List.of(f32(2, 3), i32(2), f32(2)), "class weights F32[3]", "F32[2]")
        .refusesToMake(() -> new CrossEntropy(Reduction.MEAN, 1.5, 0), "smoothing", "1.5")
        .refusesToMake(() -> new CrossEntropy(Reduction.MEAN, Double.NaN, 0), "smoothing", "NaN");
  }

  private static Sample loss(Draw d, Shape shape, Reduction reduction) {
    Labelled l = new Labelled(d, shape, reduction, logits(d));
    return Sample.of(
        new CrossEntropy(reduction, smoothing(d), l.ignored), l.inputs(l.scores, l.labels));
  }

  private static Sample plain(Draw d, long rows, long classes, Reduction reduction) {
    Labelled l = new Labelled(d, Shape.of(rows, classes), reduction, logits(d), DType.I32, false);
    return Sample.of(new CrossEntropy(reduction), l.scores, l.labels);
  }

  private static OpCase crossEntropyBackward() {
    CrossEntropyBackward op = new CrossEntropyBackward(new CrossEntropy(Reduction.MEAN));
    return OpCase.of(
            "cross_entropy_backward",
            CrossEntropyBackward.class,
            d -> gradient(d, scores(d), any(d)))
        .alsoLarge(d -> gradient(d, Shape.of(2003, 10), Reduction.MEAN))
        .alsoLarge(d -> gradient(d, Shape.of(3, 10_007), Reduction.NONE))
        .alsoLarge(d -> gradient(d, Shape.of(2, 21, 65, 33), Reduction.MEAN))
        .also(d -> gradient(d, Shape.of(0, 10), Reduction.MEAN))
        .also(d -> gradient(d, Shape.of(2, 3, 4, 5), Reduction.NONE))
        .inSteps(LossCases::gradientInSteps)
        .sums(LossCases::elements)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3), i32(2)), "3 to 4 inputs", "got 2")
        .refuses(op, List.of(f32(2, 3), i32(2), f32(2)), "dloss F32[]", "F32[2]")
        .refuses(
            new CrossEntropyBackward(new CrossEntropy(Reduction.NONE)),
            List.of(f32(2, 3), i32(2), f32()),
            "dloss F32[2]",
            "F32[]")
        .refuses(op, List.of(f32(2, 3), i32(2), f32(), f32(4)), "class weights F32[3]", "F32[4]")
        .refuses(op, List.of(f32(2, 3), f32(2), f32()), "labels", "I32", "F32[2]");
  }

  private static Sample gradient(Draw d, Shape shape, Reduction reduction) {
    Labelled l = new Labelled(d, shape, reduction, logits(d));
    return Sample.of(
        new CrossEntropyBackward(new CrossEntropy(reduction, smoothing(d), l.ignored)),
        l.inputs(l.scores, l.labels, l.dloss(d)));
  }

  /**
   * What a loss compares with: the share of every class at every position, which sums to 1 but for
   * weights, and the weight of all labels that count.
   */
  private record Targets(Tensor shares, Tensor weight) {
    /** Of labels and, perhaps, weights. */
    static Targets of(CrossEntropy f, Tensor logits, Tensor given, Tensor weights) {
      Shape shape = logits.shape();
      Tensor labels = given.cast(DType.I32);
      TensorSpec whole = new TensorSpec(Shape.scalar(), DType.I32);
      Tensor ignored = labels.compare(CompareKind.EQ, Tensors.fill(whole, (double) f.ignored()));
      Tensor safe = ignored.where(Tensors.fill(whole, 0), labels);
      int[] order = new int[shape.rank()];
      order[1] = shape.rank() - 1;
      for (int i = 2; i < order.length; i++) {
        order[i] = i - 1;
      }
      Tensor counts = ignored.cast(logits.dtype()).neg().add(1).unsqueeze(1);
      OneHot oneHot = new OneHot(shape.dim(1), logits.dtype());
      Tensor hot = Tensor.apply(oneHot, safe).get(0).permute(order).mul(counts);
      long[] column = new long[shape.rank() - 1];
      Arrays.fill(column, 1);
      column[0] = shape.dim(1);
      TensorSpec ones = logits.spec().withShape(Shape.of(column));
      Tensor weight = weights == null ? Tensors.fill(ones, 1) : weights.reshape(column);
      Tensor soft = weight.mul(counts).mul(f.smoothing() / shape.dim(1));
      return new Targets(hot.mul(weight).mul(1 - f.smoothing()).add(soft), hot.mul(weight).sum());
    }
  }

  /** -sum(t log softmax): where the gradient is right about the labels, its terms cancel. */
  private static List<Tensor> lossInSteps(Op op, List<Tensor> in) {
    CrossEntropy f = (CrossEntropy) op;
    Tensor logits = in.get(0);
    Targets t = Targets.of(f, logits, in.get(1), in.size() > 2 ? in.get(2) : null);
    Tensor centred = logits.sub(logits.detach().reduce(ReduceKind.MAX, true, 1));
    Tensor logs = centred.sub(centred.exp().reduce(ReduceKind.SUM, true, 1).log());
    Tensor losses = t.shares.mul(logs).sum(1).neg();
    return List.of(
        switch (f.reduction()) {
          case NONE -> losses;
          case SUM -> losses.sum();
          case MEAN -> losses.sum().div(t.weight);
        });
  }

  /** (softmax sum(t) - t) dloss: the difference cancels where the model is right. */
  private static List<Tensor> gradientInSteps(Op op, List<Tensor> in) {
    CrossEntropy f = ((CrossEntropyBackward) op).forward();
    Tensor logits = in.get(0);
    Targets t = Targets.of(f, logits, in.get(1), in.size() > 3 ? in.get(3) : null);
    Tensor all = t.shares.reduce(ReduceKind.SUM, true, 1);
    Tensor share =
        switch (f.reduction()) {
          case NONE -> in.get(2).unsqueeze(1);
          case SUM -> in.get(2);
          case MEAN -> in.get(2).div(t.weight);
        };
    return List.of(logits.softmax(1).mul(all).sub(t.shares).mul(share));
  }

  // ---- Negative log-likelihood ----

  private static OpCase nll() {
    Nll op = new Nll(Reduction.MEAN, CrossEntropy.IGNORED);
    return OpCase.of("nll", Nll.class, d -> likelihood(d, scores(d), any(d)))
        .alsoLarge(d -> likelihood(d, Shape.of(20_011, 3), Reduction.MEAN))
        .also(d -> likelihood(d, Shape.of(0, 3), Reduction.MEAN))
        .also(d -> likelihood(d, Shape.of(2, 3, 4, 5), Reduction.NONE))
        .sums(LossCases::elements)
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3)), "2 to 3 inputs", "got 1")
        .refuses(op, List.of(f32(3), i32(3)), "rank 2", "F32[3]")
        .refuses(op, List.of(f32(2, 3), f32(2)), "labels", "I32", "F32[2]")
        .refuses(op, List.of(f32(2, 3), i32(2), f32(2)), "class weights F32[3]", "F32[2]");
  }

  private static Sample likelihood(Draw d, Shape shape, Reduction reduction) {
    Labelled l = new Labelled(d, shape, reduction, Domain.between(-5, 0));
    return Sample.of(new Nll(reduction, l.ignored), l.inputs(l.scores, l.labels));
  }

  private static OpCase nllBackward() {
    NllBackward op = new NllBackward(new Nll(Reduction.MEAN, CrossEntropy.IGNORED), 3);
    return OpCase.of("nll_backward", NllBackward.class, d -> spread(d, scores(d), any(d)))
        .alsoLarge(d -> spread(d, Shape.of(20_011, 3), Reduction.NONE))
        .also(d -> spread(d, Shape.of(0, 3), Reduction.MEAN))
        .also(d -> spread(d, Shape.of(2, 3, 4, 5), Reduction.SUM))
        .sums(s -> s.specs().get(0).shape().size())
        .nativelyIn(DType.F64)
        .refuses(op, List.of(i32(2)), "2 to 3 inputs", "got 1")
        .refuses(op, List.of(i32(), f32()), "labels of rank 1", "I32[]")
        .refuses(op, List.of(i32(2), i32()), "dloss", "floating", "I32[]")
        .refuses(op, List.of(i32(2), f32(2)), "dloss F32[]", "F32[2]")
        .refuses(op, List.of(f32(2), f32()), "labels", "I32", "F32[2]")
        .refuses(op, List.of(i32(2), f32(), f32(2)), "class weights F32[3]", "F32[2]");
  }

  private static Sample spread(Draw d, Shape shape, Reduction reduction) {
    Labelled l = new Labelled(d, shape, reduction, Domain.NORMAL);
    return Sample.of(
        new NllBackward(new Nll(reduction, l.ignored), shape.dim(1)),
        l.inputs(l.labels, l.dloss(d)));
  }

  private static Sample margin(Draw d, long rows, int classes, boolean backward) {
    Reduction reduction = d.pick(Reduction.values());
    MultiMargin op = new MultiMargin(0.875, d.between(1, 2), reduction);
    Input x = d.input(Shape.of(rows, classes), d.smooth() ? Domain.GRID : Domain.NORMAL);
    Input labels = d.whole(Shape.of(rows), DType.I32, 0, classes - 1);
    if (!backward) {
      return Sample.of(op, x, labels);
    }
    Shape loss = reduction == Reduction.NONE ? Shape.of(rows) : Shape.scalar();
    return Sample.of(new MultiMarginBackward(op), x, labels, d.input(loss, Domain.NORMAL));
  }

  private static OpCase multiMargin() {
    MultiMargin op = new MultiMargin(1, 1, Reduction.SUM);
    return OpCase.of(
            "multi_margin",
            MultiMargin.class,
            d -> margin(d, d.between(d.smooth() ? 1 : 0, 9), d.between(1, 9), false))
        .alsoLarge(d -> margin(d, 131, 1009, false))
        .sums(s -> s.specs().get(0).shape().size())
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3)), "2 inputs", "got 1")
        .refuses(op, List.of(f32(3), i32(3)), "[N, C]", "F32[3]")
        .refuses(op, List.of(f32(2, 0), i32(2)), "at least one class", "F32[2, 0]")
        .refuses(op, List.of(f32(2, 3), i32(3)), "labels I32[2]", "I32[3]")
        .refusesToMake(() -> new MultiMargin(1, 3, Reduction.SUM), "p 1 or 2", "3");
  }

  private static OpCase multiMarginBackward() {
    MultiMarginBackward op = new MultiMarginBackward(new MultiMargin(1, 1, Reduction.SUM));
    return OpCase.of(
            "multi_margin_backward",
            MultiMarginBackward.class,
            d -> margin(d, d.between(d.smooth() ? 1 : 0, 9), d.between(1, 9), true))
        .alsoLarge(d -> margin(d, 131, 1009, true))
        .sums(s -> s.specs().get(0).shape().size())
        .nativelyIn(DType.F64)
        .refuses(op, List.of(f32(2, 3), i32(2)), "3 inputs", "got 2")
        .refuses(op, List.of(f32(2, 3), i32(2), f32(2)), "dloss F32[]", "F32[2]");
  }

  private static OpCase oneHot() {
    return OpCase.of(
            "one_hot",
            OneHot.class,
            d -> {
              int depth = (int) d.positiveDim();
              return Sample.of(
                  new OneHot(depth, d.real()), d.whole(d.shape(0, 3), DType.I32, 0, depth - 1));
            })
        .alsoLarge(
            d -> Sample.of(new OneHot(10, d.real()), d.whole(Shape.of(10_007), DType.I32, 0, 9)))
        .derivative(OpCase.Derivative.NONE)
        .refuses(new OneHot(3, DType.F32), List.of(), "1 inputs", "got 0")
        .refuses(new OneHot(3, DType.F32), List.of(f32(2)), "indices", "I32", "F32[2]")
        .refuses(new OneHot(0, DType.F32), List.of(i32(2)), "depth > 0", "got 0")
        .refuses(new OneHot(3, DType.I32), List.of(i32(2)), "floating", "I32");
  }
}
