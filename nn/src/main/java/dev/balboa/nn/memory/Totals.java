package dev.balboa.nn.memory;

/** Sums over the pools while a metrics snapshot is taken; seen by one thread. */
final class Totals {
  long pooledBytes;
  long allocations;
  long reuses;
  long releases;
}
