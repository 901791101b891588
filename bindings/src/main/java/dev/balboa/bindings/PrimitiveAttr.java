package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a primitive does besides its operation ({@code dnnl_primitive_attr_t}). An immutable value,
 * usable in keys. The scratchpad is always the caller's ({@link Arg#SCRATCHPAD}): one that the
 * library owns would tie the primitive to the thread that made it.
 *
 * @param postOps what is done to the result before it is stored, in order
 * @param fpMath which narrower float types may be used inside
 * @param deterministic whether the result has to be the same bit for bit in every run
 * @param scales arguments that are multiplied by a scale given at execution
 * @param zeroPoints arguments that have a zero point given at execution
 * @param threads OpenMP threads the primitive is made for and run with
 */
public record PrimitiveAttr(
    List<PostOp> postOps,
    FpMathMode fpMath,
    boolean deterministic,
    List<Masked> scales,
    List<Masked> zeroPoints,
    int threads) {

  public PrimitiveAttr {
    postOps = List.copyOf(postOps);
    scales = List.copyOf(scales);
    zeroPoints = List.copyOf(zeroPoints);
    NativeThreads.checked(threads);
  }

  /** One step that follows the operation. */
  public sealed interface PostOp {
    /** Applies an elementwise function. */
    record Eltwise(AlgKind alg, float alpha, float beta) implements PostOp {}

    /** Combines the result with a second operand, argument {@link Arg#postOpSrc1}. */
    record Binary(AlgKind alg, MemoryDesc src1) implements PostOp {}

    /** Adds {@code scale * (what the destination held - zeroPoint)}. */
    record Sum(float scale, int zeroPoint) implements PostOp {}

    /** Applies PReLU with weights that vary along the axes of {@code mask}. */
    record Prelu(int mask) implements PostOp {}
  }

  /** An argument with one value for each element of the axes in {@code mask}; 0 is one for all. */
  public record Masked(int arg, int mask) {}

  /** Returns plain f32 arithmetic with all threads. */
  public static PrimitiveAttr defaults() {
    return builder().build();
  }

  /** Returns a builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the execution arguments that these attributes add. */
  int[] requiredArgs() {
    IntStream masked =
        IntStream.concat(
            scales.stream().mapToInt(scale -> Arg.scales(scale.arg())),
            zeroPoints.stream().mapToInt(point -> Arg.zeroPoints(point.arg())));
    IntStream operands =
        IntStream.range(0, postOps.size())
            .flatMap(i ->
                switch (postOps.get(i)) {
                  case PostOp.Binary _ -> IntStream.of(Arg.postOpSrc1(i));
                  case PostOp.Prelu _ -> IntStream.of(Arg.postOpWeights(i));
                  case PostOp.Eltwise _, PostOp.Sum _ -> IntStream.empty();
                });
    return IntStream.concat(masked, operands).toArray();
  }

  /** Makes the native object; it lives as long as {@code scope}. */
  MemorySegment toNative(CallScope scope) {
    MemorySegment attr =
        scope.create(
            "dnnl_primitive_attr_create",
            this::toString,
            dnnl_h::dnnl_primitive_attr_create,
            dnnl_h::dnnl_primitive_attr_destroy);
    check(
        dnnl_h.dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_h.dnnl_scratchpad_mode_user()),
        "dnnl_primitive_attr_set_scratchpad_mode");
    check(
        dnnl_h.dnnl_primitive_attr_set_fpmath_mode(attr, fpMath.value()),
        "dnnl_primitive_attr_set_fpmath_mode");
    check(
        dnnl_h.dnnl_primitive_attr_set_deterministic(attr, deterministic ? 1 : 0),
        "dnnl_primitive_attr_set_deterministic");
    for (Masked scale : scales) {
      check(
          dnnl_h.dnnl_primitive_attr_set_scales_mask(attr, scale.arg(), scale.mask()),
          "dnnl_primitive_attr_set_scales_mask");
    }
    for (Masked point : zeroPoints) {
      check(
          dnnl_h.dnnl_primitive_attr_set_zero_points_mask(attr, point.arg(), point.mask()),
          "dnnl_primitive_attr_set_zero_points_mask");
    }
    if (!postOps.isEmpty()) {
      check(
          dnnl_h.dnnl_primitive_attr_set_post_ops(attr, nativePostOps(scope)),
          "dnnl_primitive_attr_set_post_ops");
    }
    return attr;
  }

  private MemorySegment nativePostOps(CallScope scope) {
    MemorySegment ops =
        scope.create(
            "dnnl_post_ops_create",
            this::toString,
            dnnl_h::dnnl_post_ops_create,
            dnnl_h::dnnl_post_ops_destroy);
    for (PostOp op : postOps) {
      int status =
          switch (op) {
            case PostOp.Eltwise(AlgKind alg, float alpha, float beta) ->
                dnnl_h.dnnl_post_ops_append_eltwise(ops, alg.value(), alpha, beta);
            case PostOp.Binary(AlgKind alg, MemoryDesc src1) ->
                dnnl_h.dnnl_post_ops_append_binary(ops, alg.value(), scope.md(src1));
            case PostOp.Sum(float scale, int zeroPoint) ->
                dnnl_h.dnnl_post_ops_append_sum(
                    ops, scale, zeroPoint, dnnl_h.dnnl_data_type_undef());
            case PostOp.Prelu(int mask) -> dnnl_h.dnnl_post_ops_append_prelu(ops, mask);
          };
      Dnnl.check(status, "dnnl_post_ops_append", op::toString);
    }
    return ops;
  }

  private void check(int status, String call) {
    Dnnl.check(status, call, this::toString);
  }

  /** Collects settings; not thread-safe. */
  public static final class Builder {

    private final List<PostOp> postOps = new ArrayList<>();
    private final List<Masked> scales = new ArrayList<>();
    private final List<Masked> zeroPoints = new ArrayList<>();
    private FpMathMode fpMath = FpMathMode.STRICT;
    private boolean deterministic;
    private int threads = NativeThreads.count();

    private Builder() {}

    /** Appends an elementwise function. */
    public Builder postEltwise(AlgKind alg, float alpha, float beta) {
      postOps.add(new PostOp.Eltwise(alg, alpha, beta));
      return this;
    }

    /** Appends a binary operation with the given second operand. */
    public Builder postBinary(AlgKind alg, MemoryDesc src1) {
      postOps.add(new PostOp.Binary(alg, src1));
      return this;
    }

    /** Appends the addition of what the destination held before. */
    public Builder postSum(float scale) {
      postOps.add(new PostOp.Sum(scale, 0));
      return this;
    }

    /** Appends PReLU. */
    public Builder postPrelu(int mask) {
      postOps.add(new PostOp.Prelu(mask));
      return this;
    }

    /** Allows narrower float types inside the primitive. */
    public Builder fpMath(FpMathMode mode) {
      fpMath = mode;
      return this;
    }

    /** Asks for the same bits in every run. */
    public Builder deterministic(boolean value) {
      deterministic = value;
      return this;
    }

    /** Gives argument {@code arg} scales, passed as {@link Arg#scales}. */
    public Builder scales(int arg, int mask) {
      scales.add(new Masked(arg, mask));
      return this;
    }

    /** Gives argument {@code arg} zero points, passed as {@link Arg#zeroPoints}. */
    public Builder zeroPoints(int arg, int mask) {
      zeroPoints.add(new Masked(arg, mask));
      return this;
    }

    /** Limits the primitive to {@code count} threads; tiny work is faster on one. */
    public Builder threads(int count) {
      threads = count;
      return this;
    }

    /** Returns the attributes. */
    public PrimitiveAttr build() {
      return new PrimitiveAttr(postOps, fpMath, deterministic, scales, zeroPoints, threads);
    }
  }
}
