package glm_test

import (
	"context"
	"fmt"
	"log"

	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

func ExampleFit() {
	// Hours of practice, hours of sleep; did the candidate pass?
	x := []float64{1, 6, 2, 7, 3, 5, 4, 8, 5, 6, 6, 5, 7, 7, 8, 6}
	y := []float64{0, 0, 1, 0, 0, 1, 1, 1}
	model, err := glm.Fit(context.Background(), glm.Data[float64]{X: x, Columns: 2, Y: y, Names: []string{"practice", "sleep"}},
		glm.Options{Family: glm.Binomial, L2: 0.1})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range model.Coefficients {
		fmt.Printf("%-11s %8.4f\n", c.Name, c.Estimate)
	}
	fmt.Println(model.Status, "in", model.Iterations, "iterations")

	p := make([]float64, 2)
	if err := glm.Predict(p, model, []float64{2, 6, 9, 8}, 0, nil, glm.Response); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", p)
	// Output:
	// (Intercept)   6.4483
	// practice      1.0132
	// sleep        -1.8061
	// converged in 7 iterations
	// [0.086 0.754]
}

// The trend of a table by Longley, with its interval and a forecast.
func ExamplePredict() {
	year := []float64{1947, 1948, 1949, 1950, 1951, 1952, 1953, 1954, 1955, 1956, 1957, 1958, 1959, 1960, 1961, 1962}
	employed := []float64{60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551}
	model, err := glm.Fit(context.Background(),
		glm.Data[float64]{X: year, Columns: 1, Y: employed, Names: []string{"year"}, Target: "employed"},
		glm.Options{})
	if err != nil {
		log.Fatal(err)
	}
	year1963 := make([]float64, 1)
	if err := glm.Predict(year1963, model, []float64{1963}, 0, nil, glm.Response); err != nil {
		log.Fatal(err)
	}
	trend := model.Coefficients[1]
	fmt.Printf("%.2f more a year, 95 %% between %.2f and %.2f\n", trend.Estimate, trend.Lower, trend.Upper)
	fmt.Printf("R² %.4f; 1963: %.0f\n", model.RSquared(), year1963[0])
	// Output:
	// 716.51 more a year, 95 % between 615.99 and 817.04
	// R² 0.9435; 1963: 71407
}
