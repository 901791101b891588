package dev.balboa.nn.layer;

import dev.balboa.nn.exec.Execution;
import dev.balboa.nn.op.Activation;
import dev.balboa.nn.op.CausalMask;
import dev.balboa.nn.op.CompareKind;
import dev.balboa.nn.op.DType;
import dev.balboa.nn.op.Shape;
import dev.balboa.nn.op.TensorSpec;
import dev.balboa.nn.tensor.AttentionOptions;
import dev.balboa.nn.tensor.Functions;
import dev.balboa.nn.tensor.Parameter;
import dev.balboa.nn.tensor.Tensor;
import dev.balboa.nn.tensor.Tensors;
import java.util.Objects;

/**
 * Multi-head attention (Vaswani et al., 2017): queries, keys and values are linear maps of the
 * inputs, cut into heads of width D = width / heads; each head attends on its own, and a last map
 * joins them.
 *
 * <p>{@link #forward(Tensor)} is self-attention of [B, L, width]; with a memory [B, Lk, memory
 * width] it is cross-attention. Outputs are [B, L, width]. With fewer {@link #kvHeads} several
 * query heads share keys and values (grouped-query and multi-query attention).
 *
 * <p>Parameters are named and laid out as those of {@code torch.nn.MultiheadAttention}, so its
 * weights load as they are: {@code in_proj_weight} [(heads + 2 kvHeads) D, width], rows of queries,
 * keys, values, and {@code in_proj_bias}; {@code out_proj.weight} [width, width] and {@code
 * out_proj.bias}. With a memory of another width, {@code q_proj_weight}, {@code k_proj_weight} and
 * {@code v_proj_weight} instead of the first. Input weights start Glorot-uniform, biases zero.
 *
 * <p>Queries, keys and values of self-attention are one matrix product, and attention reads the
 * heads where they lie; weights are never stored.
 */
public final class MultiHeadAttention extends Layer {
  private final long width;
  private final int heads;
  private final long headWidth;
  private final Dense output;
  private int kvHeads;
  private long memoryWidth;
  private boolean causal;
  private boolean hasBias = true;
  private double dropout;
  private RotaryPositions rotary;
  private Parameter inWeight;
  private Parameter queryWeight;
  private Parameter keyWeight;
  private Parameter valueWeight;
  private Parameter inBias;

  /** Queries, keys and values of heads, [B, heads, L, D]. */
  private record Projected(Tensor q, Tensor k, Tensor v) {}

  /**
   * Attention with this many heads.
   *
   * @param width of inputs and outputs, a multiple of {@code heads}
   */
  public MultiHeadAttention(long width, int heads) {
    if (heads < 1 || width < 1 || width % heads != 0) {
      throw new IllegalArgumentException(
          "MultiHeadAttention: expected a width that is a multiple of heads >= 1, got "
              + width
              + " and "
              + heads);
    }
    this.width = width;
    this.heads = heads;
    this.kvHeads = heads;
    this.memoryWidth = width;
    this.headWidth = width / heads;
    this.output = child("out_proj", new Dense(width).biases(Initializer.zeros()));
  }

  // ---- Hyper-parameters ----

  /** So many heads of keys and values, each for heads / kvHeads heads of queries. */
  public MultiHeadAttention kvHeads(int count) {
    checkConfigurable("heads of keys and values");
    if (count < 1 || heads % count != 0) {
      throw new IllegalArgumentException(
          "MultiHeadAttention: expected heads of keys and values that divide "
              + heads
              + ", got "
              + count);
    }
    kvHeads = count;
    return this;
  }

  /** Keys and values come from a memory of this width. */
  public MultiHeadAttention memoryWidth(long columns) {
    checkConfigurable("width of the memory");
    if (columns < 1) {
      throw new IllegalArgumentException(
          "MultiHeadAttention: expected a memory of width >= 1, got " + columns);
    }
    memoryWidth = columns;
    return this;
  }

  /** A position sees itself and those before it. */
  public MultiHeadAttention causal() {
    checkConfigurable("mask");
    causal = true;
    return this;
  }

  /** Leaves out all biases. */
  public MultiHeadAttention noBias() {
    checkConfigurable("bias");
    hasBias = false;
    output.noBias();
    return this;
  }

  /** Drops attention weights, in training, with this probability. */
  public MultiHeadAttention dropout(double p) {
    checkConfigurable("dropout");
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException("MultiHeadAttention: expected 0 <= p < 1, got " + p);
    }
    dropout = p;
    return this;
  }

  /** Turns queries and keys of self-attention by their positions. */
  public MultiHeadAttention rotary(RotaryPositions positions) {
    checkConfigurable("rotary positions");
    rotary = child("rotary", Objects.requireNonNull(positions, "MultiHeadAttention: positions"));
    return this;
  }

  // ---- Parameters ----

  private long keyRows() {
    return kvHeads * headWidth;
  }

  @Override
  protected void initialize(TensorSpec input, Initialization init) {
    if (memoryWidth == width) {
      inWeight = weight("in_proj_weight", width + 2 * keyRows(), width, init);
    } else {
      queryWeight = weight("q_proj_weight", width, width, init);
      keyWeight = weight("k_proj_weight", keyRows(), memoryWidth, init);
      valueWeight = weight("v_proj_weight", keyRows(), memoryWidth, init);
    }
    if (hasBias) {
      inBias = parameter("in_proj_bias", Tensors.zeros(width + 2 * keyRows()));
    }
  }

  private Parameter weight(String name, long rows, long columns, Initialization init) {
    Shape shape = Shape.of(rows, columns);
    Tensor initial = init.draw(Initializer.glorotUniform(), shape, Initializer.Fans.of(shape));
    return parameter(name, initial);
  }

  // ---- Use ----

  @Override
  protected Tensor compute(Tensor x) {
    return attendSelf(x, AttentionMask.none());
  }

  /** Self-attention of x [B, L, width]. */
  public Tensor forward(Tensor x, AttentionMask mask) {
    return apply(x, () -> attendSelf(mask.cleaned(x), mask));
  }

  /**
   * Cross-attention of x [B, L, width] on a memory.
   *
   * @param memory [B, Lk, memory width]
   * @param mask of the memory
   */
  public Tensor forward(Tensor x, Tensor memory, AttentionMask mask) {
    return forward(x, memory, memory, mask);
  }

  /**
   * Cross-attention where keys and values have sources of their own, [B, Lk, memory width] both.
   */
  public Tensor forward(Tensor x, Tensor keySource, Tensor valueSource, AttentionMask mask) {
    return apply(
        x,
        () -> {
          Tensor keys = mask.cleaned(keySource);
          Tensor values = keySource == valueSource ? keys : mask.cleaned(valueSource);
          return attend(project(x, keys, values), mask, triangle());
        });
  }

  /**
   * Self-attention of positions after those in a cache, which their keys and values are added to;
   * each position sees those before it. In {@link Execution#noGrad} only.
   *
   * @param x [b, T, width]; the first call may hold a whole prompt
   * @param mask for the keys in the cache and the new ones
   */
  public Tensor forward(Tensor x, AttentionMask mask, KeyValueCache cache) {
    return apply(
        x,
        () -> {
          Projected p = rotated(project(x, x, x), cache.length());
          KeyValueCache.Entries all = cache.append(p.k, p.v);
          return attend(new Projected(p.q, all.keys(), all.values()), mask, CausalMask.LOWER_RIGHT);
        });
  }

  /**
   * Cross-attention on the keys and values that a cache holds, such as {@link #remember} put there.
   */
  public Tensor forward(Tensor x, KeyValueCache memory, AttentionMask mask) {
    return apply(
        x,
        () -> {
          KeyValueCache.Entries all = memory.entries();
          Tensor q = heads(linear(x, width, 0, queryWeight), heads);
          return attend(new Projected(q, all.keys(), all.values()), mask, triangle());
        });
  }

  /**
   * Puts the keys and values of a memory [b, Lk, memory width] into a cache, once for all steps.
   */
  public void remember(Tensor memory, AttentionMask mask, KeyValueCache cache) {
    requireBuiltForCache();
    Tensor clean = mask.cleaned(memory);
    Projected p = keysAndValues(clean, clean);
    cache.append(p.k, p.v);
  }

  /**
   * An empty cache for this layer; the caller closes it.
   *
   * @param batch sequences at most
   * @param capacity positions at most
   */
  public KeyValueCache cache(long batch, long capacity) {
    requireBuiltForCache();
    DType dtype = (inWeight == null ? keyWeight : inWeight).data().dtype();
    return new KeyValueCache(new TensorSpec(Shape.of(batch, kvHeads, capacity, headWidth), dtype));
  }

  private void requireBuiltForCache() {
    if (!isBuilt()) {
      throw new IllegalStateException(this + " is not built");
    }
  }

  /**
   * The attention weights of self-attention, [B, heads, L, L], for looking at: this stores what
   * {@link #forward} never does. Nothing is dropped.
   */
  public Tensor weights(Tensor x, AttentionMask mask) {
    return apply(
        x,
        () -> {
          Tensor clean = mask.cleaned(x);
          return weights(rotated(project(clean, clean, clean), 0), mask);
        });
  }

  /** The weights of cross-attention on a memory, [B, heads, L, Lk], as {@link #weights}. */
  public Tensor weights(Tensor x, Tensor memory, AttentionMask mask) {
    return apply(
        x,
        () -> {
          Tensor clean = mask.cleaned(memory);
          return weights(project(x, clean, clean), mask);
        });
  }

  // ---- The steps ----

  private CausalMask triangle() {
    return causal ? CausalMask.UPPER_LEFT : CausalMask.NONE;
  }

  /** Self-attention of x whose padding is cleaned. */
  Tensor forwardClean(Tensor x, AttentionMask mask) {
    return apply(x, () -> attendSelf(x, mask));
  }

  /** Cross-attention on a memory whose padding is cleaned. */
  Tensor forwardClean(Tensor x, Tensor memory, AttentionMask mask) {
    return apply(x, () -> attend(project(x, memory, memory), mask, triangle()));
  }

  private Tensor attendSelf(Tensor x, AttentionMask mask) {
    return attend(rotated(project(x, x, x), 0), mask, triangle());
  }

  private Projected project(Tensor x, Tensor keySource, Tensor valueSource) {
    if (inWeight != null && x == keySource && x == valueSource) {
      checkInput("input", x, width);
      Tensor bias = inBias == null ? null : inBias.tensor();
      Tensor all = Functions.linear(x, inWeight.tensor(), bias, Activation.IDENTITY);
      Tensor parts =
          all.reshape(x.shape().dim(0), x.shape().dim(1), heads + 2L * kvHeads, headWidth);
      return new Projected(
          part(parts, 0, heads),
          part(parts, heads, heads + kvHeads),
          part(parts, heads + kvHeads, heads + 2L * kvHeads));
    }
    checkInput("queries", x, width);
    Projected kv = keysAndValues(keySource, valueSource);
    return new Projected(heads(linear(x, width, 0, queryWeight), heads), kv.k, kv.v);
  }

  /** Without queries. */
  private Projected keysAndValues(Tensor keySource, Tensor valueSource) {
    checkInput("memory", keySource, memoryWidth);
    checkInput("memory", valueSource, memoryWidth);
    if (inWeight != null && keySource == valueSource) {
      Tensor both = heads(linear(keySource, 2 * keyRows(), width, null), 2L * kvHeads);
      return new Projected(null, both.slice(1, 0, kvHeads), both.slice(1, kvHeads, 2L * kvHeads));
    }
    Tensor k = heads(linear(keySource, keyRows(), width, keyWeight), kvHeads);
    Tensor v = heads(linear(valueSource, keyRows(), width + keyRows(), valueWeight), kvHeads);
    return new Projected(null, k, v);
  }

  private static void checkInput(String what, Tensor x, long columns) {
    if (x.shape().rank() != 3 || x.shape().dim(2) != columns) {
      throw new IllegalArgumentException(
          "multi-head attention: expected " + what + " [B, L, " + columns + "], got " + x.spec());
    }
  }

  /** The product with rows of the joint weight, or with a weight of its own, and their bias. */
  private Tensor linear(Tensor x, long rows, long first, Parameter own) {
    Tensor weight = own == null ? inWeight.tensor().slice(0, first, first + rows) : own.tensor();
    Tensor bias = inBias == null ? null : inBias.tensor().slice(0, first, first + rows);
    return Functions.linear(x, weight, bias, Activation.IDENTITY);
  }

  private static Tensor heads(Tensor y, long count) {
    Shape s = y.shape();
    return y.reshape(s.dim(0), s.dim(1), count, s.dim(2) / count).permute(0, 2, 1, 3);
  }

  private static Tensor part(Tensor parts, long from, long to) {
    return parts.slice(2, from, to).permute(0, 2, 1, 3);
  }

  private Projected rotated(Projected p, long offset) {
    return rotary == null
        ? p
        : new Projected(rotary.forward(p.q, offset), rotary.forward(p.k, offset), p.v);
  }

  private Tensor attend(Projected p, AttentionMask mask, CausalMask triangle) {
    AttentionOptions options =
        AttentionOptions.none().triangle(triangle).mask(mask.combined(p.k.shape().dim(2)));
    Execution execution = Execution.current();
    if (dropout > 0 && execution.isTraining()) {
      options = options.dropout(dropout, execution.random());
    }
    Tensor y = Functions.attention(p.q, p.k, p.v, options);
    Shape s = y.shape();
    return output.forward(y.permute(0, 2, 1, 3).reshape(s.dim(0), s.dim(2), width));
  }

  private Tensor weights(Projected p, AttentionMask mask) {
    Shape q = p.q.shape();
    long keys = p.k.shape().dim(2);
    Tensor grouped = p.q.reshape(q.dim(0), kvHeads, heads / kvHeads, q.dim(2), headWidth);
    Tensor scores =
        grouped
            .matmul(p.k.unsqueeze(2), false, true)
            .mul(1 / Math.sqrt((double) headWidth))
            .reshape(q.dim(0), heads, q.dim(2), keys);
    Tensor hidden = mask.combined(keys);
    Tensor none =
        Tensors.fill(new TensorSpec(Shape.scalar(), p.q.dtype()), Double.NEGATIVE_INFINITY);
    if (hidden != null) {
      scores = hidden.dtype() == DType.BOOL ? hidden.where(scores, none) : scores.add(hidden);
    }
    if (causal) {
      Tensor i = Tensors.arange(0, 1, q.dim(2), DType.I64).unsqueeze(1);
      Tensor seen = Tensors.arange(0, 1, keys, DType.I64).compare(CompareKind.LE, i);
      scores = seen.where(scores, none);
    }
    Tensor visible = scores.compare(CompareKind.GT, none);
    Tensor zero = Tensors.fill(new TensorSpec(Shape.scalar(), p.q.dtype()), 0);
    return visible.where(scores.softmax(3), zero);
  }
}
