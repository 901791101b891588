package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;

/**
 * Flags of batch, layer and group normalization ({@code dnnl_normalization_flags_t}), to be joined
 * with {@code |}.
 */
public final class NormFlags {

  public static final int NONE = dnnl_h.dnnl_normalization_flags_none();

  /** Mean and variance are inputs; backward then does not differentiate through them. */
  public static final int USE_GLOBAL_STATS = dnnl_h.dnnl_use_global_stats();

  /** There is a scale (gamma), argument {@link Arg#SCALE}. */
  public static final int USE_SCALE = dnnl_h.dnnl_use_scale();

  /** There is a shift (beta), argument {@link Arg#SHIFT}. */
  public static final int USE_SHIFT = dnnl_h.dnnl_use_shift();

  /** A ReLU follows; training keeps its mask in the workspace. */
  public static final int FUSE_NORM_RELU = dnnl_h.dnnl_fuse_norm_relu();

  /** An addition of {@code src1} and a ReLU follow. */
  public static final int FUSE_NORM_ADD_RELU = dnnl_h.dnnl_fuse_norm_add_relu();

  /** Divide by the root mean square, without subtracting the mean. */
  public static final int RMS_NORM = dnnl_h.dnnl_rms_norm();

  private NormFlags() {}
}
