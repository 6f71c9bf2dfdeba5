@testable import Pipelines

/// A pipeline file: read or refused in one message, never a crash.
func fuzzPipeline(_ input: UnsafeRawBufferPointer) {
    do throws(PipelineError) {
        _ = try Pipeline.parse(Array(input), file: "pipeline.yaml")
    } catch {
        check("\(error)")
    }
}

/// Reference data: communities up to a byte 0, the rest populations.
func fuzzReference(_ input: UnsafeRawBufferPointer) {
    let halves = Array(input).split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    do throws(PipelineError) {
        let pipeline = try Pipeline.parse(Array(model.utf8), file: "pipeline.yaml")
        _ = try pipeline.reference(communities: Array(halves[0]), population: halves.count > 1 ? Array(halves[1]) : [])
    } catch {
        check("\(error)")
    }
}

private func check(_ message: String) {
    guard !message.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F }) else {
        fatalError("a control character in a message: \(message.debugDescription)")
    }
}

private let model = """
    name: fuzz
    district: { code: "320612000000", name: d }
    communities: c.csv
    population: p.csv
    archives: [a]
    store: s
    reports: r
    from: 2019-01-31
    intent: { m0_5: 0, m6_11: 0.08, m12_23: 0.25, m24_35: 0.55 }
    catchment_m: 1500
    """
