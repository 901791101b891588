package dev.balboa.bench;

/**
 * A contender that is another library. Registered under {@code
 * META-INF/services/dev.balboa.bench.Peer}, in resources of its own, so that it can be left out of
 * the build.
 */
public interface Peer extends Contender {}
