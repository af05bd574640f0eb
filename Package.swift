// swift-tools-version: 6.1
import PackageDescription

// Targets stand in the order in which data flows. A target may import only what it names here,
// so a cycle between stages cannot compile.
let swift: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility")
]

func stage(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swift)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: swift)
}

let package = Package(
    name: "lsi",
    products: [
        .executable(name: "lsi", targets: ["lsi"]),
        .library(
            name: "LatentSpaceInversion",
            targets: [
                "LinearAlgebra", "Reservoir", "PriorModels", "FlowSimulation", "RayTomography", "NeuralNetworks",
                "LatentSpaceInversion", "Calibration", "Storage", "EclipseFiles", "CaseFiles", "Reports", "Pipeline"
            ])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0")
    ],
    targets: [
        .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
        .systemLibrary(name: "CSuiteSparse", providers: [.apt(["libsuitesparse-dev"])]),
        .systemLibrary(name: "CFFTW", providers: [.apt(["libfftw3-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"])]),
        .target(name: "CHDF5", linkerSettings: [.linkedLibrary("hdf5_serial")]),
        // The few kernels that are worth compiling for several instruction sets, chosen at run time.
        .target(name: "CKernels", cSettings: [.define("NDEBUG")]),

        stage("LinearAlgebra", ["COpenBLAS", "CSuiteSparse", "CKernels"]),
        stage("Reservoir", []),
        stage("PriorModels", ["LinearAlgebra", "Reservoir", "CFFTW"]),
        stage("FlowSimulation", ["LinearAlgebra", "Reservoir", "CKernels"]),
        stage("RayTomography", ["LinearAlgebra", "Reservoir"]),
        stage("NeuralNetworks", ["LinearAlgebra", "CKernels"]),
        stage("LatentSpaceInversion", ["LinearAlgebra", "NeuralNetworks", "Reservoir"]),
        stage("Calibration", ["LinearAlgebra", "Reservoir"]),
        stage("Storage", ["Reservoir", "CHDF5", "CZlib", "CPNG"]),
        stage("EclipseFiles", ["Reservoir"]),
        stage(
            "CaseFiles",
            [
                "Reservoir", "PriorModels", "FlowSimulation", "RayTomography", "LatentSpaceInversion", "Calibration",
                "Storage", "EclipseFiles", "Yams"
            ]),
        // The page's style and script are compiled in, so that the executable needs no file beside it.
        .target(
            name: "Reports", dependencies: ["Reservoir"],
            resources: [.embedInCode("Page/page.css"), .embedInCode("Page/page.js")], swiftSettings: swift),
        stage(
            "Pipeline",
            [
                "LinearAlgebra", "Reservoir", "PriorModels", "FlowSimulation", "RayTomography", "NeuralNetworks",
                "LatentSpaceInversion", "Calibration", "Storage", "EclipseFiles", "CaseFiles", "Reports"
            ]),
        .executableTarget(
            name: "lsi",
            dependencies: [
                "Pipeline", "CaseFiles", .product(name: "ArgumentParser", package: "swift-argument-parser")
            ],
            swiftSettings: swift),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "LinearAlgebra", "Reservoir", "PriorModels", "FlowSimulation", "RayTomography", "NeuralNetworks",
                "LatentSpaceInversion", "Calibration", "Storage", "EclipseFiles", "CaseFiles", "Reports", "Pipeline",
                .product(name: "ArgumentParser", package: "swift-argument-parser")
            ],
            swiftSettings: swift),

        // Analytic solutions, seeds and tolerances that several test targets share.
        .target(name: "TestSupport", dependencies: ["LinearAlgebra", "Reservoir"], path: "Tests/TestSupport"),
        tests("LinearAlgebraTests", ["LinearAlgebra", "TestSupport"]),
        tests("ReservoirTests", ["Reservoir", "TestSupport"]),
        tests("PriorModelsTests", ["PriorModels", "TestSupport"]),
        tests("FlowSimulationTests", ["FlowSimulation", "LinearAlgebra", "Reservoir", "TestSupport"]),
        tests("RayTomographyTests", ["LinearAlgebra", "RayTomography", "TestSupport"]),
        tests("NeuralNetworksTests", ["NeuralNetworks", "TestSupport"]),
        tests("LatentSpaceInversionTests", ["LatentSpaceInversion", "TestSupport"]),
        tests("CalibrationTests", ["Calibration", "TestSupport"]),
        tests("StorageTests", ["Storage", "TestSupport"]),
        tests("EclipseFilesTests", ["EclipseFiles", "FlowSimulation", "LinearAlgebra", "Reservoir", "TestSupport"]),
        tests("CaseFilesTests", ["CaseFiles", "TestSupport"]),
        tests("ReportsTests", ["Reports", "TestSupport"]),
        tests(
            "PipelineTests",
            [
                "Pipeline", "Calibration", "CaseFiles", "EclipseFiles", "PriorModels", "Reports", "Reservoir",
                "Storage",
                "TestSupport", "lsi"
            ])
    ],
    swiftLanguageModes: [.v6]
)
