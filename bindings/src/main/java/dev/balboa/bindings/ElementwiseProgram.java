package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Element-wise functions of F32 that go over memory together ({@code balboa_chain_f32}). Prepared
 * once and used in any number of runs; immutable and thread-safe. Holds a few bytes of off-heap
 * memory that go with the object.
 */
public final class ElementwiseProgram {

  /** Most functions in one program. */
  public static final int MOST_LINKS = 16;

  /** Most inputs of a program. */
  public static final int MOST_INPUTS = 6;

  /** One function: operands are numbers of inputs, or {@code ~j} for the result of link j. */
  public static final class Link {

    private final int[] words;
    private final float alpha;
    private final float beta;

    private Link(int family, int kind, int left, int right, double alpha, double beta) {
      this.words = new int[] {family, kind, left, right};
      this.alpha = (float) alpha;
      this.beta = (float) beta;
    }
  }

  private final int count;
  private final int inputs;
  private final MemorySegment links;
  private final MemorySegment numbers;

  private ElementwiseProgram(int inputs, List<Link> links) {
    this.count = links.size();
    this.inputs = inputs;
    int[] words = new int[4 * count];
    float[] parameters = new float[2 * count];
    for (int i = 0; i < count; i++) {
      System.arraycopy(links.get(i).words, 0, words, 4 * i, 4);
      parameters[2 * i] = links.get(i).alpha;
      parameters[2 * i + 1] = links.get(i).beta;
    }
    Arena arena = Arena.ofAuto();
    this.links = arena.allocateFrom(ValueLayout.JAVA_INT, words);
    this.numbers = arena.allocateFrom(ValueLayout.JAVA_FLOAT, parameters);
  }

  /** Returns a function of one operand. */
  public static Link unary(KernelKinds.Unary kind, double alpha, double beta, int operand) {
    return new Link(kernels_h.BALBOA_CHAIN_UNARY(), kind.value(), operand, operand, alpha, beta);
  }

  /** Returns a function of two operands. */
  public static Link binary(KernelKinds.Binary kind, int left, int right) {
    return new Link(kernels_h.BALBOA_CHAIN_BINARY(), kind.value(), left, right, 0, 0);
  }

  /** Returns f'(saved) dy, where what is saved is the function's operand or its result. */
  public static Link backward(
      KernelKinds.Unary kind, boolean fromResult, double alpha, double beta, int saved, int dy) {
    int family =
        fromResult ? kernels_h.BALBOA_CHAIN_BACKWARD_FROM_Y() : kernels_h.BALBOA_CHAIN_BACKWARD();
    return new Link(family, kind.value(), saved, dy, alpha, beta);
  }

  /**
   * Returns a program; the result is that of the last link.
   *
   * @param inputs how many operands come from outside, 1 to {@link #MOST_INPUTS}
   * @param links at most {@link #MOST_LINKS}
   */
  public static ElementwiseProgram of(int inputs, List<Link> links) {
    if (inputs < 1 || inputs > MOST_INPUTS || links.isEmpty() || links.size() > MOST_LINKS) {
      throw new IllegalArgumentException(
          "chain: expected 1 to "
              + MOST_INPUTS
              + " inputs and 1 to "
              + MOST_LINKS
              + " links, got "
              + inputs
              + " and "
              + links.size());
    }
    return new ElementwiseProgram(inputs, links);
  }

  /**
   * Runs over a space whose operands are the inputs, into a dense result.
   *
   * @param segments the inputs, then the result, which may be an input that lies as the result does
   */
  public void run(StridedSpace space, MemorySegment... segments) {
    space.requireOperands("chain", inputs);
    MemorySegment out = segments[inputs];
    KernelChecks.result("chain", "result", out, space.count(), Float.BYTES);
    NativeThreads.bind();
    KernelChecks.status(
        "chain",
        kernels_h.balboa_chain_f32(
            count,
            links,
            numbers,
            inputs,
            space.ndim(),
            space.dims(),
            space.allStrides(),
            operand(space, segments, 0),
            operand(space, segments, 1),
            operand(space, segments, 2),
            operand(space, segments, 3),
            operand(space, segments, 4),
            operand(space, segments, 5),
            out));
  }

  private MemorySegment operand(StridedSpace space, MemorySegment[] segments, int i) {
    return i < inputs ? space.operand("chain", i, segments[i], Float.BYTES) : MemorySegment.NULL;
  }
}
