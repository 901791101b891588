package dev.balboa.nn.exec;

import dev.balboa.nn.memory.Scope;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Who owns what a reverse sweep leaves behind: leaves take memory over from the scope of the sweep,
 * each piece at most once.
 */
public final class GradientMemory {
  private final Scope scope;
  private final Set<Object> taken = Collections.newSetFromMap(new IdentityHashMap<>());

  GradientMemory(Scope scope) {
    this.scope = scope;
  }

  /** The scope of the sweep. */
  public Scope scope() {
    return scope;
  }

  /** Whether no leaf has this yet; from now on one has. */
  public boolean take(Object memory) {
    return taken.add(memory);
  }
}
