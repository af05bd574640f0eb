/// The case that `lsi new` writes: small, commented, and complete but for its observations, which are made from a truth.
public enum StarterCase {
    /// The text of `case.yaml`.
    public static let text = """
        # A case for lsi: an inverted five-spot waterflood, small enough to calibrate in minutes.
        #
        # Numbers are in m, day, mD, bar, cP and sm3/day; a unit may follow them, as in `1 D` or `2900 psi`.
        # Cells are counted from 1. `lsi schema` prints every field with its default.

        name: starter
        summary: An injector in the centre, a producer near each corner.
        seed: 1                      # the same seed gives the same results
        start_date: 2020-01-01       # day zero; times may be given as days or as dates
        output: results              # beside this file

        grid:
          columns: 40                # along x
          rows: 40                   # along y
          cell_width: 20
          cell_height: 20
          thickness: 10
          depth: 2000                # of the top
          # active: active.grdecl    # ACTNUM, if some cells hold no fluid

        rock:
          compressibility: 4e-5      # 1/bar
          reference_pressure: 200
          relative_permeability:     # Corey curves; `model: table` takes tabulated ones
            connate: 0.2             # of the displacing phase
            residual_oil: 0.2
            displacing_exponent: 2
            oil_exponent: 2
            displacing_end_point: 0.4
            oil_end_point: 0.9

        fluids:
          displacing: water          # or gas
          water: {density: 1000, viscosity: 0.5, compressibility: 4e-5}
          oil: {density: 850, viscosity: 2, formation_volume_factor: 1.1, compressibility: 1e-4}
          reference_pressure: 200

        initial:
          pressure: 200
          saturation: 0.2            # of the displacing phase

        wells:
          - name: I1
            role: injector
            column: 20
            row: 20
            control: {water_rate: 250, bottom_hole_pressure: 450}    # a rate, and the pressure it may not exceed
          - {name: P1, role: producer, column: 5, row: 5, control: {bottom_hole_pressure: 150}}
          - {name: P2, role: producer, column: 36, row: 5, control: {bottom_hole_pressure: 150}}
          - {name: P3, role: producer, column: 5, row: 36, control: {bottom_hole_pressure: 150}}
          - {name: P4, role: producer, column: 36, row: 36, control: {bottom_hole_pressure: 150}}

        schedule:
          report_times: {every: 120, until: 2880}
          # events:                  # what changes later
          #   - {time: 2024-01-01, well: P1, status: shut}

        prior:                       # what is believed before any production data
          type: channels             # or gaussian, belts, training-image, truncated-gaussian ...
          width: {from: 60, mode: 80, to: 110}
          proportion: {from: 0.35, to: 0.45}
          wavelength: {from: 350, to: 600}
          sinuosity: {from: 1.1, to: 1.4}
          azimuth: {from: -10, to: 100}
          facies:
            - {code: 0, name: mud, permeability: 5, porosity: 0.1}
            - {code: 1, name: sand, permeability: 1 D, porosity: 0.25}
          hard_data:                 # what is known at cells
            - {well: I1, facies: 1}

        observations:
          file: observations.csv     # keyword,value,error,date: one measurement a line
          truth: truth.csv           # of a synthetic case; remove it for field data
          history_end: 2022-12-31    # what is later is withheld as forecast
          noise: {relative: 5 %, floor: 2 %}

        training:
          pairs: 500                 # realizations to simulate
          realizations: 2000         # in all: the others need no simulation

        calibration:
          method: gradient           # or es-mda, proposal, smc, rejection
          budget: 1500               # simulations that may be spent

        """
}
