package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/** Names of the execution arguments of primitives ({@code DNNL_ARG_*}). */
public final class Arg {

  public static final int SRC = dnnl_h.DNNL_ARG_SRC();
  public static final int SRC_0 = dnnl_h.DNNL_ARG_SRC_0();
  public static final int SRC_1 = dnnl_h.DNNL_ARG_SRC_1();
  public static final int SRC_2 = dnnl_h.DNNL_ARG_SRC_2();
  public static final int SRC_LAYER = dnnl_h.DNNL_ARG_SRC_LAYER();
  public static final int SRC_ITER = dnnl_h.DNNL_ARG_SRC_ITER();
  public static final int SRC_ITER_C = dnnl_h.DNNL_ARG_SRC_ITER_C();
  public static final int DST = dnnl_h.DNNL_ARG_DST();
  public static final int DST_0 = dnnl_h.DNNL_ARG_DST_0();
  public static final int DST_1 = dnnl_h.DNNL_ARG_DST_1();
  public static final int DST_2 = dnnl_h.DNNL_ARG_DST_2();
  public static final int DST_LAYER = dnnl_h.DNNL_ARG_DST_LAYER();
  public static final int DST_ITER = dnnl_h.DNNL_ARG_DST_ITER();
  public static final int DST_ITER_C = dnnl_h.DNNL_ARG_DST_ITER_C();
  public static final int WEIGHTS = dnnl_h.DNNL_ARG_WEIGHTS();
  public static final int WEIGHTS_LAYER = dnnl_h.DNNL_ARG_WEIGHTS_LAYER();
  public static final int WEIGHTS_ITER = dnnl_h.DNNL_ARG_WEIGHTS_ITER();
  public static final int WEIGHTS_PEEPHOLE = dnnl_h.DNNL_ARG_WEIGHTS_PEEPHOLE();
  public static final int WEIGHTS_PROJECTION = dnnl_h.DNNL_ARG_WEIGHTS_PROJECTION();
  public static final int BIAS = dnnl_h.DNNL_ARG_BIAS();
  public static final int MEAN = dnnl_h.DNNL_ARG_MEAN();
  public static final int VARIANCE = dnnl_h.DNNL_ARG_VARIANCE();
  public static final int SCALE = dnnl_h.DNNL_ARG_SCALE();
  public static final int SHIFT = dnnl_h.DNNL_ARG_SHIFT();
  public static final int WORKSPACE = dnnl_h.DNNL_ARG_WORKSPACE();
  public static final int SCRATCHPAD = dnnl_h.DNNL_ARG_SCRATCHPAD();
  public static final int DIFF_SRC = dnnl_h.DNNL_ARG_DIFF_SRC();
  public static final int DIFF_SRC_0 = dnnl_h.DNNL_ARG_DIFF_SRC_0();
  public static final int DIFF_SRC_1 = dnnl_h.DNNL_ARG_DIFF_SRC_1();
  public static final int DIFF_SRC_LAYER = dnnl_h.DNNL_ARG_DIFF_SRC_LAYER();
  public static final int DIFF_SRC_ITER = dnnl_h.DNNL_ARG_DIFF_SRC_ITER();
  public static final int DIFF_SRC_ITER_C = dnnl_h.DNNL_ARG_DIFF_SRC_ITER_C();
  public static final int DIFF_DST = dnnl_h.DNNL_ARG_DIFF_DST();
  public static final int DIFF_DST_LAYER = dnnl_h.DNNL_ARG_DIFF_DST_LAYER();
  public static final int DIFF_DST_ITER = dnnl_h.DNNL_ARG_DIFF_DST_ITER();
  public static final int DIFF_DST_ITER_C = dnnl_h.DNNL_ARG_DIFF_DST_ITER_C();
  public static final int DIFF_WEIGHTS = dnnl_h.DNNL_ARG_DIFF_WEIGHTS();
  public static final int DIFF_WEIGHTS_LAYER = dnnl_h.DNNL_ARG_DIFF_WEIGHTS_LAYER();
  public static final int DIFF_WEIGHTS_ITER = dnnl_h.DNNL_ARG_DIFF_WEIGHTS_ITER();
  public static final int DIFF_WEIGHTS_PEEPHOLE = dnnl_h.DNNL_ARG_DIFF_WEIGHTS_PEEPHOLE();
  public static final int DIFF_WEIGHTS_PROJECTION = dnnl_h.DNNL_ARG_DIFF_WEIGHTS_PROJECTION();
  public static final int DIFF_BIAS = dnnl_h.DNNL_ARG_DIFF_BIAS();
  public static final int DIFF_SCALE = dnnl_h.DNNL_ARG_DIFF_SCALE();
  public static final int DIFF_SHIFT = dnnl_h.DNNL_ARG_DIFF_SHIFT();
  public static final int FROM = dnnl_h.DNNL_ARG_FROM();
  public static final int TO = dnnl_h.DNNL_ARG_TO();

  private static final int ATTR_SCALES = dnnl_h.DNNL_ARG_ATTR_SCALES();
  private static final int ATTR_ZERO_POINTS = dnnl_h.DNNL_ARG_ATTR_ZERO_POINTS();
  private static final int ATTR_POST_OP = dnnl_h.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE();

  private Arg() {}

  /** Source {@code index} of a concat or sum. */
  public static int multipleSrc(int index) {
    return dnnl_h.DNNL_ARG_MULTIPLE_SRC() + index;
  }

  /** The scales of argument {@code arg}. */
  public static int scales(int arg) {
    return ATTR_SCALES | arg;
  }

  /** The zero points of argument {@code arg}. */
  public static int zeroPoints(int arg) {
    return ATTR_ZERO_POINTS | arg;
  }

  /** The second operand of the binary post-op at {@code index}. */
  public static int postOpSrc1(int index) {
    return ATTR_POST_OP * (index + 1) | SRC_1;
  }

  /** The weights of the PReLU post-op at {@code index}. */
  public static int postOpWeights(int index) {
    return ATTR_POST_OP * (index + 1) | WEIGHTS;
  }

  /** Whether every primitive that has the argument writes to it. */
  static boolean isResult(int arg) {
    return arg == DST
        || arg == SCRATCHPAD
        || arg == DIFF_SRC
        || arg == DIFF_WEIGHTS
        || arg == DIFF_BIAS
        || arg == DIFF_SCALE
        || arg == DIFF_SHIFT;
  }

  /** Returns the name of an argument for messages. */
  static String name(int arg) {
    if (arg >= ATTR_POST_OP) {
      return name(arg % ATTR_POST_OP) + " of post-op " + (arg / ATTR_POST_OP - 1);
    }
    if (arg >= ATTR_ZERO_POINTS) {
      return "zero points of " + name(arg - ATTR_ZERO_POINTS);
    }
    if (arg >= ATTR_SCALES) {
      return "scales of " + name(arg - ATTR_SCALES);
    }
    for (Field field : Arg.class.getFields()) {
      try {
        if (Modifier.isStatic(field.getModifiers()) && field.getInt(null) == arg) {
          return field.getName();
        }
      } catch (IllegalAccessException e) {
        throw new AssertionError("the fields of Arg are public", e);
      }
    }
    return "argument " + arg;
  }
}
