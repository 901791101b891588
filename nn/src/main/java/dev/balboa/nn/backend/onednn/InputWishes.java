package dev.balboa.nn.backend.onednn;

import dev.balboa.nn.memory.Layout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What an operation says of its inputs: the layouts that would suit it, and what it may overwrite.
 */
final class InputWishes {
  private final Layout[] preferred;
  private boolean copies;
  private Consumer<List<Layout>> packs;
  private final Set<Integer> overwritten = new HashSet<>();

  InputWishes(List<Layout> layouts) {
    preferred = layouts.toArray(Layout[]::new);
  }

  /** Notes that an input has to be copied, which a layout would spare. */
  void prefer(int i, Layout layout) {
    preferred[i] = layout;
    copies = true;
  }

  /** The layout that an input would better have. */
  Layout preferred(int i) {
    return preferred[i];
  }

  /**
   * Says, when asked, in which layouts inputs would be better if those that are parameters seldom
   * change.
   *
   * @param change sets them in a list of what the inputs would better have otherwise
   */
  void packs(Consumer<List<Layout>> change) {
    packs = change;
  }

  /** Says that output 0 may take the place of this input. */
  void mayOverwrite(int i) {
    overwritten.add(i);
  }

  /** See {@link dev.balboa.nn.backend.Prepared#preferredLayouts}. */
  List<Layout> preferredLayouts() {
    return copies ? List.of(preferred) : List.of();
  }

  /** See {@link dev.balboa.nn.backend.Prepared#packedLayouts}. */
  List<Layout> packedLayouts() {
    if (packs == null) {
      return List.of();
    }
    List<Layout> all = new ArrayList<>(Arrays.asList(preferred));
    packs.accept(all);
    return all;
  }

  /** See {@link dev.balboa.nn.backend.Prepared#overwrites}. */
  boolean overwrites(int i) {
    return overwritten.contains(i);
  }
}
