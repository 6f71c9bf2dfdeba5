// swift-tools-version: 6.2
// The house: modules import downwards only. The left wing (Projections, Figures, Reports) computes and does no I/O of its own
// on the record; the right wing (Archives, EventStore, Ingest) records and computes no figure. See ARCHITECTURE.md.
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A module of the program, with the settings every module has.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of a room, beside it in name.
func tests(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = [], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: ["TestSupport"] + dependencies, exclude: exclude, resources: resources, swiftSettings: strict)
}

/// A system library: a module map, and the Debian package that brings its header.
func library(_ name: String, _ pkgConfig: String, _ package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "tuowei",
    products: [
        .executable(name: "tuowei", targets: ["tuowei"]),
        .executable(name: "tuowei-micro", targets: ["MicroBench"]),
        .executable(name: "tuowei-bench-data", targets: ["BenchData"]),
        .executable(name: "tuowei-sample", targets: ["tuowei-sample"]),
        // For the package in `Fuzz/` only.
        .library(name: "TuoweiRooms", targets: ["Events", "Archives", "EventStore", "Ingest", "Pipelines", "TestSupport"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        library("CArchive", "libarchive", "libarchive-dev"),
        library("CZlib", "zlib", "zlib1g-dev"),
        library("CIsal", "libisal", "libisal-dev"),
        library("CChecksum", "libisal", "libisal-dev"),
        library("CLzma", "liblzma", "liblzma-dev"),
        library("CZstd", "libzstd", "libzstd-dev"),
        .systemLibrary(name: "CBzip2", providers: [.apt(["libbz2-dev"])]),  // has no pkg-config file in Debian 12
        library("CCrypto", "libcrypto", "libssl-dev"),
        library("CXlsxWriter", "xlsxwriter", "libxlsxwriter-dev"),
        library("CSQLite", "sqlite3", "libsqlite3-dev"),
        .systemLibrary(name: "CKernel"),
        .target(name: "CStreams"),
        .target(name: "CLzmaDecoder"),

        room("Events", ["CChecksum"]),
        room("Archives", ["Events", "CArchive", "CZlib", "CIsal", "CLzma", "CLzmaDecoder", "CZstd", "CBzip2", "CCrypto"]),
        room("EventStore", ["Events", "Archives", "CKernel"]),
        room("Ingest", ["Events", "Archives", "EventStore", "CKernel"]),
        room("Projections", ["Events", "CKernel"]),
        room("Figures", ["Events", "Projections"]),
        room("Reports", ["Events", "Projections", "Figures", "CXlsxWriter", "CStreams", "CSQLite", mustache]),
        room("Pipelines", ["Events", "Figures", "Ingest", yams]),
        room("Audit", ["Events", "Archives", "EventStore", "Ingest", "Projections", "Figures", "Reports", "Pipelines"]),
        .executableTarget(
            name: "tuowei",
            dependencies: [
                "Events", "Archives", "EventStore", "Ingest", "Projections", "Figures", "Reports", "Pipelines", "Audit", "CKernel",
                arguments,
            ],
            swiftSettings: strict),

        // The generator of `make bench-data`; nothing of the program depends on it.
        .executableTarget(name: "BenchData", dependencies: ["Events", "CArchive", arguments], swiftSettings: strict),

        // Kernels of the engine one by one, for `make bench-micro`; nothing of the program depends on it.
        .executableTarget(
            name: "MicroBench", dependencies: ["Events", "Ingest", "EventStore", "Projections", arguments], swiftSettings: strict),

        // The generator of `make sample-data`, and what it is made of; nothing of the program depends on them.
        room("Samples", ["Events", "CArchive"]),
        .executableTarget(name: "tuowei-sample", dependencies: ["Samples"], swiftSettings: strict),

        .target(name: "TestSupport", dependencies: ["Events", "CArchive"], path: "Tests/TestSupport", swiftSettings: strict),
        tests("EventsTests", ["Events"]),
        tests("ArchivesTests", ["Archives", "Events", "CArchive", "CZlib", "CLzma"], resources: [.copy("Fixtures")]),
        tests("EventStoreTests", ["EventStore", "Archives", "Events"]),
        tests("IngestTests", ["Ingest", "EventStore", "Archives", "Events"], resources: [.copy("Fixtures")], exclude: ["judge.py"]),
        tests("ProjectionsTests", ["Projections", "Events"]),
        tests("FiguresTests", ["Figures", "Projections", "Events"]),
        tests("ReportsTests", ["Reports", "Figures", "Projections", "Events", "Archives"], resources: [.copy("Fixtures")]),
        tests("PipelinesTests", ["Pipelines", "Figures", "Ingest", "Events"]),
        tests("AuditTests", ["tuowei", "Audit", "Figures", "Reports", "Pipelines", "EventStore", "Ingest", "Archives", "Events"]),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "TestSupport", "tuowei", "Audit", "EventStore", "Events", "Figures", "Pipelines", "Projections", "Samples", "tuowei-sample",
            ],
            exclude: ["Conformance", "Cases", "alike.txt"], swiftSettings: strict),
        tests("HouseTests", ["Events", "Figures", "Reports", "Audit", "Projections"]),
    ],
    swiftLanguageModes: [.v6]
)
