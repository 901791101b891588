package dev.balboa.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/**
 * Several lists of tensors of the same sizes and of one type, F32 or F64, such as parameters with
 * their gradients and their optimizer state, as the multi-tensor kernels take them. Made once;
 * tensors are put in whenever they move. The caller keeps them alive while a kernel runs. Not
 * thread-safe. Holds off-heap memory that goes with the object.
 */
public final class TensorTable {

  private final KernelKinds.Type type;
  private final int roles;
  private final long[] sizes;
  private final MemorySegment nativeSizes;
  private final MemorySegment[] pointers;
  private final BitSet[] filled;

  private TensorTable(KernelKinds.Type type, int roles, long[] sizes) {
    this.type = type;
    this.roles = roles;
    this.sizes = sizes;
    Arena arena = Arena.ofAuto();
    this.nativeSizes = arena.allocateFrom(ValueLayout.JAVA_LONG, sizes);
    this.pointers = new MemorySegment[roles];
    this.filled = new BitSet[roles];
    for (int role = 0; role < roles; role++) {
      pointers[role] = arena.allocate(ValueLayout.ADDRESS, sizes.length);
      filled[role] = new BitSet(sizes.length);
    }
  }

  /** Returns an empty table of F32 tensors; see {@link #of(KernelKinds.Type, int, long...)}. */
  public static TensorTable of(int roles, long... sizes) {
    return of(KernelKinds.Type.F32, roles, sizes);
  }

  /**
   * Returns an empty table.
   *
   * @param type F32 or F64
   * @param roles number of lists
   * @param sizes number of elements of each tensor
   */
  public static TensorTable of(KernelKinds.Type type, int roles, long... sizes) {
    KernelChecks.isF64("tensor table", type);
    for (long size : sizes) {
      if (size < 0) {
        throw new IllegalArgumentException("tensor table: negative size " + size);
      }
    }
    return new TensorTable(type, roles, sizes.clone());
  }

  /** Puts a tensor in its place, in memory that can be written. */
  public void set(int role, int index, MemorySegment tensor) {
    KernelChecks.result("tensor table", "tensor", tensor, sizes[index], type.byteSize());
    filled[role].set(index);
    pointers[role].setAtIndex(ValueLayout.ADDRESS, index, tensor);
  }

  boolean isF64() {
    return type == KernelKinds.Type.F64;
  }

  /** Refuses F64 where a kernel has no such form. */
  void requireF32(String kernel) {
    if (isF64()) {
      throw new IllegalArgumentException(kernel + ": expected F32 tensors, got F64");
    }
  }

  long count() {
    return sizes.length;
  }

  MemorySegment sizes() {
    return nativeSizes;
  }

  /** Returns the pointers of a list, all of them set. */
  MemorySegment list(String kernel, int role) {
    if (role >= roles) {
      throw new IllegalArgumentException(
          kernel + ": needs " + (role + 1) + " lists of tensors, got " + roles);
    }
    if (filled[role].cardinality() != sizes.length) {
      throw new IllegalStateException(
          kernel
              + ": list "
              + role
              + " holds "
              + filled[role].cardinality()
              + " of "
              + sizes.length
              + " tensors");
    }
    return pointers[role];
  }

  /** Returns the pointers of a list, or null if the table has not so many. */
  MemorySegment optionalList(String kernel, int role) {
    return role < roles ? list(kernel, role) : MemorySegment.NULL;
  }
}
