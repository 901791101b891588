package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.List;

/**
 * Convolutions in a row that are each pooled, and linear maps behind them: each thread of {@code
 * balboa_kernels} takes parts of the batch through all convolutions, what lies between two of them
 * stays in its cache, and applies the linear maps to what it made itself. Prepared once and used in
 * any number of runs; immutable and thread-safe for different results, arguments and scratch
 * memory.
 *
 * <p>Pictures have their channels last. Segments are off-heap and dense; their sizes are checked
 * before the call.
 */
public final class PooledChain {
  private static final String NAME = "pooledChain";

  /** Of a link: its kind and the addresses of numbers, weights and bias. */
  private static final int ARGS = 4;

  private static final int FIRST_WEIGHTS = 3;

  private final List<Link> links;
  private final boolean planar;

  private PooledChain(List<Link> links, boolean planar) {
    this.links = List.copyOf(links);
    this.planar = planar;
  }

  /** What a link computes, and the number that the kernel knows it by. */
  public enum Kind {
    /** A convolution with its pooling by its definition. */
    DIRECT(0, 24),
    /** A convolution with its pooling by Winograd's algorithm. */
    WINOGRAD(1, 12),
    /** A linear map. */
    LINEAR(2, 4);

    private final long code;
    private final int numbers;

    Kind(long code, int numbers) {
      this.code = code;
      this.numbers = numbers;
    }
  }

  /**
   * One convolution with its pooling, or a linear map.
   *
   * @param numbers off-heap, as the kernel of its kind takes them
   * @param inputs elements of all pictures
   * @param outputs elements of what is made of them
   */
  public record Link(
      Kind kind,
      MemorySegment numbers,
      long inputs,
      long weights,
      long filters,
      long outputs,
      boolean bias) {
    /**
     * Checks that the numbers are as many as its kind has.
     *
     * @throws IllegalArgumentException if they are fewer
     */
    public Link {
      requireNumbers(kind, numbers);
    }

    private static void requireNumbers(Kind kind, MemorySegment numbers) {
      KernelChecks.elements(NAME, "numbers", numbers, kind.numbers, Long.BYTES);
    }
  }

  /**
   * Prepares it.
   *
   * @param links each reads what the one before it makes
   * @param planar whether the results are [N, F, H, W], which they are not behind a linear map
   * @throws IllegalArgumentException if links do not fit each other, or a part of the batch does
   *     not fit the memory that a thread has
   */
  public static PooledChain of(List<Link> links, boolean planar) {
    PooledChain chain = new PooledChain(links, planar);
    chain.scratchBytes();
    return chain;
  }

  /** Memory for the arguments of one run at a time, off-heap; it goes with the object. */
  public MemorySegment newArguments() {
    return newArguments(Arena.ofAuto());
  }

  private MemorySegment newArguments(Arena arena) {
    return arena.allocate(argumentBytes(), Long.BYTES);
  }

  private long argumentBytes() {
    return (long) links.size() * ARGS * Long.BYTES;
  }

  /** Bytes of scratch memory, aligned to 64, with which all threads can work. */
  public long scratchBytes() {
    NativeThreads.bind();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment args = newArguments(arena);
      for (int i = 0; i < links.size(); i++) {
        set(args, i, MemorySegment.NULL, MemorySegment.NULL);
      }
      long bytes = kernels_h.balboa_pooled_chain_scratch(links.size(), args, planar ? 1 : 0);
      if (bytes < 0) {
        KernelChecks.status(NAME, Math.toIntExact(bytes));
      }
      return bytes;
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  /**
   * Runs it.
   *
   * @param args of {@link #newArguments}
   * @param s the pictures, the results, memory of {@link #scratchBytes}, then for each link its
   *     weights, and its bias if it has one
   */
  public void run(MemorySegment args, MemorySegment[] s) {
    KernelChecks.f32(NAME, "x", s[0], links.getFirst().inputs());
    KernelChecks.result(NAME, "y", s[1], links.getLast().outputs(), Float.BYTES);
    KernelChecks.elements(NAME, "arguments", args, argumentBytes(), 1);
    KernelChecks.result(NAME, "scratch", s[2], 0, 1);
    int at = FIRST_WEIGHTS;
    for (int i = 0; i < links.size(); i++) {
      Link link = links.get(i);
      MemorySegment weights = s[at++];
      KernelChecks.f32(NAME, "weights", weights, link.weights());
      MemorySegment bias = MemorySegment.NULL;
      if (link.bias()) {
        bias = s[at++];
        KernelChecks.f32(NAME, "bias", bias, link.filters());
      }
      set(args, i, weights, bias);
    }
    NativeThreads.bind();
    try {
      KernelChecks.status(
          NAME,
          kernels_h.balboa_pooled_chain_f32(
              links.size(), args, planar ? 1 : 0, s[0], s[1], s[2], s[2].byteSize()));
    } finally {
      Reference.reachabilityFence(this); // only addresses of numbers and weights are handed over
      Reference.reachabilityFence(s);
    }
  }

  private void set(MemorySegment args, int link, MemorySegment weights, MemorySegment bias) {
    Kind kind = links.get(link).kind();
    MemorySegment numbers = links.get(link).numbers();
    Link.requireNumbers(kind, numbers); // of which only the address is handed on
    long at = (long) link * ARGS * Long.BYTES;
    args.set(ValueLayout.JAVA_LONG, at, kind.code);
    args.set(ValueLayout.JAVA_LONG, at + 8, numbers.address());
    args.set(ValueLayout.JAVA_LONG, at + 16, weights.address());
    args.set(ValueLayout.JAVA_LONG, at + 24, bias.address());
  }
}
