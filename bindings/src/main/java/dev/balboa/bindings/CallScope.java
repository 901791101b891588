package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * The native temporaries of one call that creates something: arrays, descriptors, attributes and
 * hints in use. All of them are gone when the scope closes. Confined to one thread.
 */
final class CallScope implements AutoCloseable {

  private final Arena arena = Arena.ofConfined();
  private final List<Runnable> cleanups = new ArrayList<>();

  /** Returns a native descriptor that lives as long as this scope; null for the absent one. */
  MemorySegment md(MemoryDesc desc) {
    if (desc.isNone()) {
      return MemorySegment.NULL;
    }
    return create(
        "dnnl_memory_desc_create_with_blob",
        desc::toString,
        out -> dnnl_h.dnnl_memory_desc_create_with_blob(out, desc.blob(arena)),
        dnnl_h::dnnl_memory_desc_destroy);
  }

  /** Returns an array of native descriptors. */
  MemorySegment mds(List<MemoryDesc> descs) {
    MemorySegment array = arena.allocate(ValueLayout.ADDRESS, descs.size());
    for (int i = 0; i < descs.size(); i++) {
      array.setAtIndex(ValueLayout.ADDRESS, i, md(descs.get(i)));
    }
    return array;
  }

  /** Runs a call that creates a descriptor and returns it as a value. */
  MemoryDesc newMd(String call, Supplier<String> details, ToIntFunction<MemorySegment> function) {
    return MemoryDesc.copyOf(create(call, details, function, dnnl_h::dnnl_memory_desc_destroy));
  }

  /** Runs a call that creates an object which is destroyed with this scope. */
  MemorySegment create(
      String call,
      Supplier<String> details,
      ToIntFunction<MemorySegment> function,
      ToIntFunction<MemorySegment> destroy) {
    MemorySegment object = create(call, details, function);
    cleanups.add(() -> Dnnl.check(destroy.applyAsInt(object), "destroy", () -> call));
    return object;
  }

  /** Runs a call that creates an object which the caller destroys. */
  MemorySegment create(
      String call, Supplier<String> details, ToIntFunction<MemorySegment> function) {
    MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
    Dnnl.check(function.applyAsInt(out), call, details);
    return out.get(ValueLayout.ADDRESS, 0);
  }

  /** Returns the pointer of a primitive descriptor that stays valid as long as this scope. */
  MemorySegment use(NativeHandle handle) {
    MemorySegment pointer = handle.acquire();
    cleanups.add(handle::release);
    return pointer;
  }

  MemorySegment dims(long[] values) {
    return arena.allocateFrom(ValueLayout.JAVA_LONG, values);
  }

  MemorySegment ints(int[] values) {
    return arena.allocateFrom(ValueLayout.JAVA_INT, values);
  }

  MemorySegment floats(float[] values) {
    return arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
  }

  @Override
  public void close() {
    try (arena) {
      for (Runnable cleanup : cleanups.reversed()) {
        cleanup.run();
      }
    }
  }
}
