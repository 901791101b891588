package dev.balboa.bindings;

import dev.balboa.bindings.internal.dnnl.dnnl_h;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads the fields of one native memory descriptor. */
final class MdQuery {

  private final MemorySegment md;
  private final Arena arena;
  private final MemorySegment out;

  MdQuery(MemorySegment md, Arena arena) {
    this.md = md;
    this.arena = arena;
    this.out = arena.allocate(ValueLayout.JAVA_LONG);
  }

  int s32(int what) {
    query(what);
    return out.get(ValueLayout.JAVA_INT, 0);
  }

  long s64(int what) {
    query(what);
    return out.get(ValueLayout.JAVA_LONG, 0);
  }

  @SuppressWarnings("restricted")
  long[] dims(int what, int count) {
    query(what);
    MemorySegment array = out.get(ValueLayout.ADDRESS, 0);
    return array.reinterpret(count * (long) Long.BYTES).toArray(ValueLayout.JAVA_LONG);
  }

  Blocking blocking(int ndims) {
    int blocks = s32(dnnl_h.dnnl_query_inner_nblks_s32());
    return new Blocking(
        dims(dnnl_h.dnnl_query_strides(), ndims),
        dims(dnnl_h.dnnl_query_padded_dims(), ndims),
        dims(dnnl_h.dnnl_query_inner_blks(), blocks),
        dims(dnnl_h.dnnl_query_inner_idxs(), blocks),
        s64(dnnl_h.dnnl_query_submemory_offset_s64()));
  }

  byte[] blob() {
    Dnnl.check(
        dnnl_h.dnnl_memory_desc_get_blob(MemorySegment.NULL, out, md),
        "dnnl_memory_desc_get_blob",
        () -> "size");
    MemorySegment blob = arena.allocate(out.get(ValueLayout.JAVA_LONG, 0));
    Dnnl.check(
        dnnl_h.dnnl_memory_desc_get_blob(blob, out, md), "dnnl_memory_desc_get_blob", () -> "");
    return blob.toArray(ValueLayout.JAVA_BYTE);
  }

  private void query(int what) {
    out.set(ValueLayout.JAVA_LONG, 0, 0);
    Dnnl.check(
        dnnl_h.dnnl_memory_desc_query(md, what, out),
        "dnnl_memory_desc_query",
        () -> "query " + what);
  }
}
