// swift-tools-version: 6.2
// The fuzz targets: a package of its own, so that the ordinary build knows nothing of them. `make fuzz` builds and runs them.
import PackageDescription

let package = Package(
    name: "tuowei-fuzz",
    dependencies: [.package(name: "tuowei", path: "..")],
    targets: [
        .target(name: "CFuzzer"),
        .executableTarget(
            name: "Fuzz", dependencies: ["CFuzzer", .product(name: "TuoweiRooms", package: "tuowei")],
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("MemberImportVisibility"), .treatAllWarnings(as: .error),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
