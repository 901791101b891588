package dev.balboa.bench;

/**
 * Another library that trains whole models. Registered under {@code
 * META-INF/services/dev.balboa.bench.ModelPeer}, in resources of its own, so that it can be left
 * out of the build.
 */
public interface ModelPeer extends ModelContender {}
