package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import dev.balboa.bindings.internal.dnnl.dnnl_version_t;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.function.Supplier;

/**
 * oneDNN as a whole: version, instruction set, its cache of generated kernels, and the status
 * check. Thread-safe.
 */
public final class Dnnl {

  private static final Map<Integer, String> ISA_NAMES =
      Map.ofEntries(
          Map.entry(dnnl_h.dnnl_cpu_isa_default(), "the default instruction set"),
          Map.entry(dnnl_h.dnnl_cpu_isa_sse41(), "sse41"),
          Map.entry(dnnl_h.dnnl_cpu_isa_avx(), "avx"),
          Map.entry(dnnl_h.dnnl_cpu_isa_avx2(), "avx2"),
          Map.entry(dnnl_h.dnnl_cpu_isa_avx2_vnni(), "avx2_vnni"),
          Map.entry(dnnl_h.dnnl_cpu_isa_avx2_vnni_2(), "avx2_vnni_2"),
          Map.entry(dnnl_h.dnnl_cpu_isa_avx512_core(), "avx512_core"),
          Map.entry(dnnl_h.dnnl_cpu_isa_avx512_core_vnni(), "avx512_core_vnni"),
          Map.entry(dnnl_h.dnnl_cpu_isa_avx512_core_bf16(), "avx512_core_bf16"),
          Map.entry(dnnl_h.dnnl_cpu_isa_avx10_1_512(), "avx10_1_512"),
          Map.entry(dnnl_h.dnnl_cpu_isa_avx10_1_512_amx(), "avx10_1_512_amx"),
          Map.entry(dnnl_h.dnnl_cpu_isa_avx10_1_512_amx_fp16(), "avx10_1_512_amx_fp16"),
          Map.entry(dnnl_h.dnnl_cpu_isa_avx10_2_512(), "avx10_2_512"),
          Map.entry(dnnl_h.dnnl_cpu_isa_avx10_2_512_amx_2(), "avx10_2_512_amx_2"));

  private Dnnl() {}

  /** The one CPU engine of the process. It lives as long as the library. */
  static final class Engine {
    static final MemorySegment CPU = create();

    private Engine() {}

    private static MemorySegment create() {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
        check(
            dnnl_h.dnnl_engine_create(out, dnnl_h.dnnl_cpu(), 0),
            "dnnl_engine_create",
            () -> "cpu");
        return out.get(ValueLayout.ADDRESS, 0);
      }
    }
  }

  /** Returns the version of the library that runs, such as {@code 3.13.0}. */
  public static String version() {
    MemorySegment version = versionStruct();
    return dnnl_version_t.major(version)
        + "."
        + dnnl_version_t.minor(version)
        + "."
        + dnnl_version_t.patch(version);
  }

  /** Returns the version of the headers these bindings were generated from. */
  public static String headerVersion() {
    return dnnl_h.DNNL_VERSION_MAJOR()
        + "."
        + dnnl_h.DNNL_VERSION_MINOR()
        + "."
        + dnnl_h.DNNL_VERSION_PATCH();
  }

  /** Returns the commit the library was built from. */
  public static String commit() {
    return dnnl_version_t.hash(versionStruct()).getString(0);
  }

  private static MemorySegment versionStruct() {
    return dnnl_h.dnnl_version();
  }

  /**
   * Returns the widest instruction set oneDNN uses on this machine, such as {@code
   * avx512_core_bf16}.
   */
  public static String effectiveIsa() {
    int isa = dnnl_h.dnnl_get_effective_cpu_isa();
    return ISA_NAMES.getOrDefault(isa, "isa 0x" + Integer.toHexString(isa));
  }

  /** Returns how many primitives oneDNN itself keeps for reuse. */
  public static int primitiveCacheCapacity() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.JAVA_INT);
      check(
          dnnl_h.dnnl_get_primitive_cache_capacity(out),
          "dnnl_get_primitive_cache_capacity",
          () -> "");
      return out.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /** Sets how many primitives oneDNN itself keeps for reuse; this holds for the whole process. */
  public static void setPrimitiveCacheCapacity(int capacity) {
    check(
        dnnl_h.dnnl_set_primitive_cache_capacity(capacity),
        "dnnl_set_primitive_cache_capacity",
        () -> "capacity=" + capacity);
  }

  /** Throws a {@link DnnlException} unless {@code code} is success. */
  static void check(int code, String call, Supplier<String> details) {
    if (code != 0) {
      throw DnnlException.of(code, call, details.get());
    }
  }
}
