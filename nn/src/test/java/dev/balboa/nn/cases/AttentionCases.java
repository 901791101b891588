package dev.balboa.nn.cases;

import static dev.balboa.nn.op.TensorSpec.f32;

import dev.balboa.nn.op.Attention;
import dev.balboa.nn.op.AttentionBackward;
import dev.balboa.nn.op.AttentionOp;
import dev.balboa.nn.op.CausalMask;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Op;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Scaled dot-product attention: all kinds of masks, shared heads, dropout. */
final class AttentionCases {
  private static final TensorSpec KEY = new TensorSpec(Shape.of(2), DType.I64);

  /** Added to scores; some hide the key, where the numbers need not pass a convolution. */
  private static final Domain ADDED =
      (d, n) -> {
        double[] x = new double[n];
        for (int i = 0; i < n; i++) {
          boolean hides = d.purpose() != Draw.Purpose.BLOCKED && d.chance(0.15);
          x[i] = hides ? Double.NEGATIVE_INFINITY : d.normal();
        }
        return x;
      };

  private AttentionCases() {}

  static List<OpCase> all() {
    return List.of(forward(), backward());
  }

  private enum Mask {
    NONE,
    BOOL,
    ADDED
  }

  /** Sizes: batch, key heads, query heads for each, queries, keys, depth, depth of values. */
  private record Plan(
      long batch, long heads, long shared, long queries, long keys, long depth, long values) {
    static Plan random(Draw d) {
      if (d.smooth()) {
        return new Plan(
            d.between(1, 2),
            d.between(1, 2),
            d.between(1, 2),
            d.between(1, 3),
            d.between(1, 4),
            d.between(1, 3),
            d.between(1, 3));
      }
      long queries = Math.min(d.dim(), 33);
      long keys = d.chance(0.4) ? queries : Math.min(d.dim(), 40);
      long depth = Math.min(d.dim(), 17);
      long values = d.chance(0.5) ? depth : Math.min(d.dim(), 17);
      return new Plan(
          d.between(1, 2), d.between(1, 2), d.between(1, 3), queries, keys, depth, values);
    }

    Shape query() {
      return Shape.of(batch, heads * shared, queries, depth);
    }

    Shape key() {
      return Shape.of(batch, heads, keys, depth);
    }

    Shape value() {
      return Shape.of(batch, heads, keys, values);
    }

    Shape weights() {
      return Shape.of(batch, heads * shared, queries, keys);
    }
  }

  private static Sample sample(Draw d, boolean backward, Plan p) {
    double dropout = d.chance(0.3) ? d.pick(0.1, 0.5, 0.8) : 0;
    return sample(d, backward, p, d.pick(CausalMask.values()), d.pick(Mask.values()), dropout);
  }

  private static Sample sample(
      Draw d, boolean backward, Plan p, CausalMask causal, Mask mask, double dropout) {
    double scale = d.pick(1 / Math.sqrt(Math.max(1, (double) p.depth)), 1.0, -0.25);
    List<Input> in = new ArrayList<>();
    in.add(d.input(p.query(), Domain.NORMAL));
    in.add(d.input(p.key(), Domain.NORMAL));
    in.add(d.input(p.value(), Domain.NORMAL));
    if (backward) {
      in.add(d.input(p.query().with(3, p.values), Domain.NORMAL));
    }
    Shape shape = d.broadcastingTo(p.weights());
    if (mask == Mask.BOOL) {
      in.add(d.whole(shape, DType.BOOL, 0, 1));
    } else if (mask == Mask.ADDED) {
      in.add(d.input(shape, ADDED));
    }
    if (dropout > 0) {
      in.add(ElementwiseCases.key(d));
    }
    return Sample.of(
        backward
            ? new AttentionBackward(scale, causal, dropout)
            : new Attention(scale, causal, dropout),
        in);
  }

  private static OpCase withSamples(OpCase c, boolean backward) {
    for (CausalMask causal : CausalMask.values()) {
      for (Mask mask : Mask.values()) {
        for (double dropout : new double[] {0, 0.3}) {
          c.also(d -> sample(d, backward, new Plan(2, 1, 2, 5, 7, 4, 3), causal, mask, dropout));
          c.also(d -> sample(d, backward, new Plan(1, 2, 1, 7, 5, 3, 4), causal, mask, dropout));
        }
      }
    }
    Mask none = Mask.NONE;
    CausalMask all = CausalMask.NONE;
    c.inSteps(backward ? AttentionSteps::backward : AttentionSteps::forward);
    return c.alsoLarge(d -> sample(d, backward, new Plan(1, 2, 2, 131, 517, 16, 8), all, none, 0))
        .alsoLarge(d ->
            sample(
                d,
                backward,
                new Plan(1, 1, 3, 129, 300, 8, 8),
                CausalMask.LOWER_RIGHT,
                Mask.ADDED,
                0.2))
        .also(d -> sample(d, backward, new Plan(1, 1, 1, 1, 1, 1, 1), all, none, 0))
        .also(d -> sample(d, backward, new Plan(2, 2, 4, 1, 33, 8, 8), all, none, 0))
        .also(d -> sample(d, backward, new Plan(2, 1, 2, 3, 0, 4, 3), all, none, 0))
        .also(d -> sample(d, backward, new Plan(2, 1, 2, 0, 3, 4, 3), all, none, 0))
        .also(d -> sample(d, backward, new Plan(0, 1, 2, 3, 3, 4, 3), all, none, 0))
        .also(d -> sample(d, backward, new Plan(1, 1, 1, 3, 3, 0, 3), all, none, 0))
        .also(d -> sample(d, backward, new Plan(1, 1, 1, 3, 3, 3, 0), all, none, 0))
        .sums(AttentionCases::terms)
        .nativelyIn(DType.F64);
  }

  /** Terms of a score, of an output, and of a gradient of keys and values. */
  private static long terms(Sample s) {
    Shape q = s.specs().get(0).shape();
    Shape k = s.specs().get(1).shape();
    return q.dim(3) + k.dim(2) + q.dim(1) * q.dim(2);
  }

  private static OpCase forward() {
    Attention op = new Attention(1, CausalMask.NONE, 0);
    Attention drops = new Attention(1, CausalMask.NONE, 0.5);
    TensorSpec q = f32(2, 4, 5, 3);
    TensorSpec k = f32(2, 2, 7, 3);
    TensorSpec v = f32(2, 2, 7, 6);
    OpCase c =
        OpCase.of("attention", Attention.class, d -> sample(d, false, Plan.random(d)))
            .refuses(op, List.of(q, k), "3 to 4 inputs", "got 2")
            .refuses(drops, List.of(q, k, v), "4 to 5 inputs", "got 3")
            .refuses(drops, List.of(q, k, v, f32(2)), "I64[2]", "F32[2]")
            .refuses(op, List.of(f32(4, 5, 3), k, v), "queries", "rank 4", "F32[4, 5, 3]")
            .refuses(op, List.of(q, f32(2, 7, 3), v), "keys", "rank 4", "F32[2, 7, 3]")
            .refuses(op, List.of(q, k, f32(2, 7, 6)), "values", "rank 4", "F32[2, 7, 6]")
            .refuses(op, List.of(q, f32(2, 2, 7, 4), v), "depth 3", "F32[2, 2, 7, 4]")
            .refuses(op, List.of(q, f32(1, 2, 7, 3), v), "batch 2", "F32[1, 2, 7, 3]")
            .refuses(
                op, List.of(q, k, f32(2, 2, 8, 6)), "values", "[2, 2, 7, 6]", "F32[2, 2, 8, 6]")
            .refuses(
                op,
                List.of(q, f32(2, 3, 7, 3), f32(2, 3, 7, 6)),
                "multiple of the 3 key heads",
                "F32[2, 4, 5, 3]")
            .refuses(op, List.of(q, k, v, KEY), "BOOL or F32", "I64[2]")
            .refuses(op, List.of(q, k, v, f32(4, 7)), "broadcasts to [2, 4, 5, 7]", "[4, 7]")
            .refuses(
                op, List.of(q, k.withDType(DType.F64), v), "F32[2, 4, 5, 3]", "F64[2, 2, 7, 3]")
            .refuses(op, List.of(q.withDType(DType.I32), k, v), "floating", "I32[2, 4, 5, 3]")
            .refusesToMake(
                () -> new Attention(Double.NaN, CausalMask.NONE, 0), "finite scale", "NaN")
            .refusesToMake(() -> new Attention(1, CausalMask.NONE, 1), "dropout < 1", "1.0");
    return withSamples(c, false);
  }

  private static OpCase backward() {
    AttentionBackward op = new AttentionBackward(1, CausalMask.NONE, 0);
    TensorSpec q = f32(2, 4, 5, 3);
    TensorSpec k = f32(2, 2, 7, 3);
    TensorSpec v = f32(2, 2, 7, 6);
    TensorSpec out = f32(2, 4, 5, 6);
    TensorSpec sums = f32(2, 4, 5);
    OpCase c =
        OpCase.of(
                "attention_backward", AttentionBackward.class, d -> sample(d, true, Plan.random(d)))
            .runs(AttentionCases::withResults)
            .refuses(op, List.of(q, k, v, out, sums), "6 to 7 inputs", "got 5")
            .refuses(op, List.of(q, k, v, q, sums, out), "out F32[2, 4, 5, 6]", "F32[2, 4, 5, 3]")
            .refuses(op, List.of(q, k, v, out, out, out), "sums F32[2, 4, 5]", "F32[2, 4, 5, 6]")
            .refuses(op, List.of(q, k, v, out, sums, q), "dout F32[2, 4, 5, 6]", "F32[2, 4, 5, 3]")
            .refusesToMake(() -> new AttentionBackward(1, CausalMask.NONE, -1), "dropout", "-1.0");
    return withSamples(c, true);
  }

  /**
   * From q, k, v, dout and what follows: the results of the forward operation are those of q, k, v.
   */
  private static List<Tensor> withResults(Op op, List<Tensor> in) {
    AttentionOp a = (AttentionOp) op;
    List<Tensor> first = new ArrayList<>();
    for (int i = 0; i < in.size(); i++) {
      if (i != 3) {
        first.add(in.get(i).detach());
      }
    }
    Attention forward = new Attention(a.scale(), a.causal(), a.dropout());
    List<Tensor> results = Tensor.apply(forward, first.toArray(Tensor[]::new));
    List<Tensor> all = new ArrayList<>(in.subList(0, 3));
    all.addAll(results);
    all.addAll(in.subList(3, in.size()));
    return Tensor.apply(op, all.toArray(Tensor[]::new));
  }
}
