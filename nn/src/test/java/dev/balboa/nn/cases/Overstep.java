package dev.balboa.nn.cases;

import dev.balboa.bindings.Kernels;
import dev.balboa.nn.memory.Block;
import dev.balboa.nn.memory.Scope;
import java.lang.foreign.MemorySegment;

/**
 * A process that has a kernel write {@code args[0]} floats into a block of five, or into one that
 * was closed before if there is a second argument.
 */
final class Overstep {
  private static final int FLOATS = 5;

  private Overstep() {}

  /** See the class. */
  @SuppressWarnings("restricted")
  public static void main(String[] arguments) {
    int floats = Integer.parseInt(arguments[0]);
    try (var memory = new WatchedMemory()) {
      MemorySegment dst =
          memory.in(() -> {
            Block block = Scope.current().allocate(FLOATS * Float.BYTES);
            long address = block.segment().address();
            // What a kernel that counts wrongly would do: the facades check their arguments.
            MemorySegment beyond =
                MemorySegment.ofAddress(address).reinterpret((long) floats * Float.BYTES);
            if (arguments.length == 1) {
              Kernels.fill(Float.BYTES, floats, 0, beyond);
            }
            return beyond;
          });
      if (arguments.length > 1) {
        Kernels.fill(Float.BYTES, floats, 0, dst);
      }
    }
    System.out.println("went through");
  }
}
