package dev.balboa.bench;

/**
 * Another library in the table of operations. Registered under {@code
 * META-INF/services/dev.balboa.bench.OpPeer}, in resources of its own, so that it can be left out
 * of the build.
 */
public interface OpPeer extends OpContender {}
