package dev.balboa.nn.op;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scaled dot-product attention (Vaswani et al., 2017): out = dropout(softmax(scale q k^T + mask)) v
 * for each batch element and head.
 *
 * <p>Inputs q [B, H, Lq, D], k [B, Hkv, Lk, D], v [B, Hkv, Lk, Dv] with H a multiple of Hkv (heads
 * h Hkv / H share keys and values: grouped-query and, for Hkv = 1, multi-query attention);
 * optionally a mask that broadcasts to [B, H, Lq, Lk], either BOOL (true: the query attends to the
 * key) or of the type of q (added to the scores; -infinity hides a key); the random key I64[2] if
 * {@code dropout > 0}. Outputs out [B, H, Lq, Dv] and the logarithm of the sum of the exponentials
 * of each row of scores [B, H, Lq], F32 for BF16 operands, which the derivative starts from and
 * which has none itself.
 *
 * <p>A query that sees no key, or none whose score is above -infinity, gets zeros, and gives no
 * gradient; the logarithm of its sum is -infinity. Hidden keys and values have to be finite: their
 * weight is zero, and zero times infinity would not be.
 *
 * <p>Weight i in row-major order of [B, H, Lq, Lk] is dropped as {@link Dropout} drops element i.
 */
public record Attention(double scale, CausalMask causal, double dropout) implements AttentionOp {
  /** Checks that the scale is finite and 0 &lt;= dropout &lt; 1. */
  public Attention {
    check("attention", scale, dropout);
  }

  static void check(String op, double scale, double dropout) {
    Check.that(Double.isFinite(scale), op, "a finite scale", scale);
    Check.that(dropout >= 0 && dropout < 1, op, "0 <= dropout < 1", dropout);
  }

  @Override
  public String name() {
    return "attention";
  }

  @Override
  public int fixedInputs() {
    return 3;
  }

  @Override
  public List<TensorSpec> infer(List<TensorSpec> in) {
    return infer(this, in);
  }

  /** Checks what forward and backward share: q, k, v and what follows the fixed inputs. */
  static List<TensorSpec> infer(AttentionOp op, List<TensorSpec> in) {
    String name = op.name();
    int least = op.fixedInputs() + (op.dropout() > 0 ? 1 : 0);
    Check.arity(name, in, least, least + 1);
    TensorSpec q = in.get(0);
    TensorSpec k = in.get(1);
    TensorSpec v = in.get(2);
    Check.floating(name, "queries", q);
    Check.rank(name, "queries [B, H, Lq, D]", q, 4);
    Check.rank(name, "keys [B, Hkv, Lk, D]", k, 4);
    Check.rank(name, "values [B, Hkv, Lk, Dv]", v, 4);
    Check.sameType(name, q, k);
    Check.sameType(name, q, v);
    Shape qs = q.shape();
    Shape ks = k.shape();
    Check.that(
        ks.dim(0) == qs.dim(0) && ks.dim(3) == qs.dim(3),
        name,
        "keys of batch " + qs.dim(0) + " and depth " + qs.dim(3) + " as the queries",
        k);
    Check.shape(name, "values", v, ks.with(3, v.shape().dim(3)));
    Check.that(
        ks.dim(1) == 0 ? qs.dim(1) == 0 : qs.dim(1) % ks.dim(1) == 0,
        name,
        "query heads in a multiple of the " + ks.dim(1) + " key heads",
        q);
    Shape weights = weights(q, k);
    int mask = op.maskInput(in.size());
    if (mask >= 0) {
      TensorSpec m = in.get(mask);
      Check.that(
          m.dtype() == DType.BOOL || m.dtype() == q.dtype(),
          name,
          "mask of type BOOL or " + q.dtype(),
          m);
      Check.that(
          m.shape().broadcastsTo(weights), name, "mask that broadcasts to " + weights, m.shape());
    }
    if (op.dropout() > 0) {
      RandomKeys.check(name, in.getLast());
    }
    TensorSpec sums = new TensorSpec(qs.slice(0, 3), q.dtype().sums());
    return List.of(q.withShape(qs.with(3, v.shape().dim(3))), sums);
  }

  /** [B, H, Lq, Lk]. */
  static Shape weights(TensorSpec q, TensorSpec k) {
    return q.shape().with(3, k.shape().dim(2));
  }

  @Override
  public boolean isDifferentiable(int index) {
    return index == 0;
  }

  @Override
  public long multiplyAdds(List<TensorSpec> in) {
    return weights(in.get(0), in.get(1)).size()
        * (in.get(0).shape().dim(3) + in.get(2).shape().dim(3));
  }

  @Override
  public List<Value> vjp(Vjp c) {
    int n = c.inputs();
    int mask = maskInput(n);
    Value[] d = new Value[n];
    if (mask >= 0 && c.needs(mask)) {
      AttentionDefinition f = AttentionDefinition.of(this, c);
      List<Value> at = List.of(c.in(0), c.in(1), c.in(2), c.in(mask));
      List<Value> gradients = c.pullback(AttentionDefinition.widened(f::output), at, c.grad(0));
      for (int i = 0; i < 4; i++) {
        d[i] = gradients.get(i);
      }
      return Arrays.asList(d);
    }
    List<Value> in = new ArrayList<>();
    in.addAll(List.of(c.in(0), c.in(1), c.in(2), c.out(0), c.out(1), c.grad(0)));
    for (int i = 3; i < n; i++) {
      in.add(c.in(i));
    }
    List<Value> gradients =
        c.emit().applyAll(new AttentionBackward(scale, causal, dropout), in.toArray(Value[]::new));
    for (int i = 0; i < 3; i++) {
      d[i] = gradients.get(i);
    }
    return Arrays.asList(d);
  }
}
