# python3 kmeans.py > kmeans.json      (scikit-learn 1.2.1), of the rows of hdbscan.json
import json

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

told = []
for one in json.load(open("hdbscan.json")):
    rows = np.array(one["rows"])
    for count in (2, 3, 5, 8):
        best = KMeans(count, n_init=10, random_state=0).fit(rows)
        other = KMeans(count + 1, n_init=1, random_state=1).fit(rows)
        told.append({"name": one["name"], "clusters": count, "inertia": float(best.inertia_),
                     "labels": best.labels_.tolist(), "silhouette": float(silhouette_score(rows, best.labels_)),
                     "other_labels": other.labels_.tolist(),
                     "rand_index": float(adjusted_rand_score(best.labels_, other.labels_))})
print("[" + ",\n".join(json.dumps(one) for one in told) + "]")
