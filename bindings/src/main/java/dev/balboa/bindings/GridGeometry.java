package dev.balboa.bindings;

import dev.balboa.bindings.internal.kernels.kernels_h;
import java.lang.foreign.MemorySegment;

/**
 * Pictures [n, channels, height, width] that are read at {@code places} places each.
 *
 * @param taps elements along an axis that a place is made of: 1 nearest, 2 linear, 4 cubic
 * @param outside what is outside of a picture: 0 zeros, 1 its border, 2 mirror images
 * @param aligned whether -1 and 1 are the centres of the border elements, not their outer edges
 */
public record GridGeometry(
    int taps,
    int outside,
    boolean aligned,
    long n,
    long channels,
    long height,
    long width,
    long places) {

  /** Bytes of scratch memory with which pictures of this type are read faster; perhaps 0. */
  public long scratchBytes(KernelKinds.Type type) {
    NativeThreads.bind();
    long bytes =
        kernels_h.balboa_grid_sample_scratch(type.value(), n, channels, height, width, places);
    KernelChecks.status("gridSample", (int) Math.min(0, bytes));
    return bytes;
  }

  void require(String kernel, int size, MemorySegment x, MemorySegment grid, MemorySegment y) {
    long planes = KernelChecks.volume(kernel, n, channels);
    KernelChecks.elements(kernel, "x", x, KernelChecks.volume(kernel, planes, height, width), size);
    KernelChecks.elements(kernel, "grid", grid, KernelChecks.volume(kernel, n, places, 2), size);
    KernelChecks.elements(kernel, "y", y, KernelChecks.volume(kernel, planes, places), size);
  }
}
