package dev.balboa.bindings;

import static dev.balboa.bindings.OneDnn.f32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallListsTest {
  private static final MemoryDesc TEN = f32(10);

  private static PrimitiveDesc linear(float slope, int threads) {
    PrimitiveAttr attr = PrimitiveAttr.builder().threads(threads).build();
    return Eltwise.forward(
        PropKind.FORWARD_INFERENCE, AlgKind.ELTWISE_LINEAR, TEN, TEN, slope, 1f, attr);
  }

  private static CallLists.Call call(Primitive primitive, int from, int to, long offset) {
    return new CallLists.Execution(
        primitive,
        List.of(
            new CallLists.Argument(Arg.SRC, TEN, from, offset),
            new CallLists.Argument(Arg.DST, TEN, to, offset)));
  }

  @Test
  void runsEachListInOrderOnItsPartOfTheBuffers() {
    try (Arena arena = Arena.ofConfined();
        PrimitiveDesc twice = linear(2, 1);
        PrimitiveDesc thrice = linear(3, 1);
        Primitive first = twice.newPrimitive();
        Primitive second = thrice.newPrimitive();
        CallLists lists =
            CallLists.create(
                List.of(
                    List.of(call(first, 0, 1, 0), call(second, 1, 2, 0)),
                    List.of(call(second, 0, 1, 40), call(first, 1, 2, 40))),
                3)) {
      MemorySegment x = arena.allocate(80, 64);
      for (int i = 0; i < 20; i++) {
        x.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
      }
      lists.set(0, x);
      lists.set(1, arena.allocate(80, 64));
      assertThatThrownBy(lists::execute)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("call lists: no buffer set for 2");
      for (MemorySegment y : List.of(arena.allocate(80, 64), arena.allocate(80, 64))) {
        lists.set(2, y);
        lists.execute();
        for (int i = 0; i < 20; i++) {
          float want = i < 10 ? 3f * (2f * i + 1) + 1 : 2f * (3f * i + 1) + 1;
          assertThat(y.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(want);
        }
      }
    }
  }

  @Test
  void runsKernelsOnTheirPlaces() {
    List<CallLists.Place> places = List.of(new CallLists.Place(0, 0), new CallLists.Place(1, 16));
    CallLists.Call twice = new CallLists.Kernel(KernelCall.add(4), places);
    try (Arena arena = Arena.ofConfined();
        CallLists lists = CallLists.create(List.of(List.of(twice, twice)), 2)) {
      MemorySegment y = arena.allocate(32, 64);
      lists.set(0, arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4));
      lists.set(1, y);
      lists.execute();
      for (int i = 0; i < 8; i++) {
        float want = i < 4 ? 0 : 2f * (i - 3);
        assertThat(y.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(want);
      }
      assertThatThrownBy(() -> lists.set(1, arena.allocate(28, 8)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("buffer 1 needs 32 bytes");
    }
    assertThatThrownBy(() -> new CallLists.Kernel(KernelCall.reluBackward(4), places))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected 3 places, got 2");
  }

  @Test
  void refusesWhatItCannotRun() {
    try (Arena arena = Arena.ofConfined();
        PrimitiveDesc desc = linear(2, 1);
        Primitive primitive = desc.newPrimitive()) {
      CallLists lists = CallLists.create(List.of(List.of(call(primitive, 0, 1, 8))), 2);
      assertThatThrownBy(() -> lists.set(0, arena.allocate(47, 8)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("buffer 0 needs 48 bytes");
      assertThatThrownBy(() -> lists.set(1, MemorySegment.ofArray(new float[12])))
          .isInstanceOf(IllegalArgumentException.class);
      lists.close();
      lists.close();
      assertThatThrownBy(lists::execute).hasMessage("call lists: they are closed");
    }
    try (PrimitiveDesc desc = linear(2, 2);
        Primitive primitive = desc.newPrimitive()) {
      assertThatThrownBy(() -> call(primitive, 0, 1, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("made for 2 threads");
    }
  }

  @Test
  void refusesPlacesThatNoBufferHas() {
    assertThatThrownBy(() -> new CallLists.Place(0, -4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("call lists: negative offset -4");
    assertThatThrownBy(() -> new CallLists.Argument(Arg.SRC, TEN, 0, -4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("call lists: negative offset -4");
    CallLists.Place end = new CallLists.Place(0, Long.MAX_VALUE);
    List<CallLists.Call> calls =
        List.of(new CallLists.Kernel(KernelCall.add(4), List.of(end, end)));
    assertThatThrownBy(() -> CallLists.create(List.of(calls), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("size overflows");
    assertThatThrownBy(() -> KernelCall.add(1L << 62))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("add: size overflows");
    assertThatThrownBy(() -> KernelCall.reluBackward(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reluBackward: negative size");
  }

  @Test
  void resultsLieInMemoryThatCanBeWritten() {
    List<CallLists.Place> places = List.of(new CallLists.Place(0, 0), new CallLists.Place(1, 0));
    List<CallLists.Call> calls = List.of(new CallLists.Kernel(KernelCall.add(4), places));
    try (Arena arena = Arena.ofConfined();
        CallLists lists = CallLists.create(List.of(calls), 2)) {
      MemorySegment fixed = arena.allocate(16, 8).asReadOnly();
      lists.set(0, fixed);
      assertThatThrownBy(() -> lists.set(1, fixed))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("buffer 1 needs 16 bytes of living writable memory");
    }
  }
}
