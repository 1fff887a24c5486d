package glm

import "fmt"

// checkNames refuses names that a model could not tell apart.
func checkNames(names []string) error {
	seen := map[string]bool{InterceptName: true}
	for j, name := range names {
		if seen[name] {
			if name == InterceptName {
				return fmt.Errorf("glm: column %d is named %s, which is the name of the intercept; rename it", j+1, name)
			}
			return fmt.Errorf("glm: two columns are named %q; rename one", name)
		}
		seen[name] = true
	}
	return nil
}
